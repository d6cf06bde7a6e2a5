// Tests: journal_file.cpp
#include "front/data_dir.hpp"

#include <stdlib.h>

#include <fstream>
#include <kwire/broker/broker.hpp>

#include "../keyed.hpp"
#include "front/journal_file.hpp"

using namespace kwire;
using namespace kwire::embedded;
using namespace kwire::embedded::test;
namespace fs = std::filesystem;

namespace {

struct temporary {
  temporary() {
    std::string pattern = (fs::temp_directory_path() / "kwire-data-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  temporary(const temporary&) = delete;
  temporary& operator=(const temporary&) = delete;
  ~temporary() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  std::vector<std::string> files(std::string_view kind) const {
    std::vector<std::string> names;
    for (const auto& one : fs::directory_iterator{path}) {
      const auto name = one.path().filename().string();
      if (name.starts_with(kind)) names.push_back(name);
    }
    std::ranges::sort(names);
    return names;
  }
  fs::path path;
};

/// A core whose journal lies in a directory.
struct life : script {
  explicit life(const fs::path& where, std::size_t least_growth = 1 << 20, bool sync = false) : kept(where) {
    recovery from{core};
    const auto next = kept.recover(from, now, [this](const std::string& line) { told.push_back(line); });
    journal_file::options how;
    how.directory = where;
    how.first_number = next;
    how.least_growth = least_growth;
    how.sync = sync;
    file = std::make_unique<journal_file>(std::move(how));
    core.record_to(*file);
    from.finish(now);
    write();
  }
  void write() {
    file->submit(core);
    file->flush();
    CHECK(file->failure().empty());
  }
  void put(const std::string& value) {
    if (core.state().find("t") == nullptr) make_topic("t");
    CHECK(produce(*this, by, "t", make_keyed({{"k", value}})).error_code == 0);
    write();
  }
  std::string content() { return shown(core.state().find("t")->partitions[0]); }

  std::vector<std::string> told;
  data_dir kept;
  std::unique_ptr<journal_file> file;
  connection_id by = connect();
};

std::string why(const std::function<void()>& what) {
  try {
    what();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("what is in the directory comes back, life after life") {
  for (const bool sync : {false, true}) {
    temporary dir;
    std::string wanted;
    for (int i = 0; i < 5; ++i) {
      life one{dir.path / "made", 1 << 20, sync};
      CHECK(one.told.empty());
      one.put(std::to_string(i));
      wanted += (i == 0 ? "" : " ") + std::to_string(i) + ":k=" + std::to_string(i);
      CHECK(one.content() == wanted);
    }
  }
}

TEST_CASE("a snapshot takes the place of what is before it") {
  temporary dir;
  std::string before;
  {
    life one{dir.path, 4000};
    for (int i = 0; i < 500; ++i) one.put(std::string(100, 'x'));
    before = one.content();
  }
  CHECK(dir.files("snapshot").size() == 1);
  CHECK(dir.files("journal").size() == 1);
  CHECK(dir.files("journal")[0].substr(8) > dir.files("snapshot")[0].substr(9));
  life two{dir.path, 4000};
  CHECK(two.content() == before);
  // One that was not finished, and one that is left over, are of no account.
  std::ofstream{dir.path / "snapshot-0000009999.tmp"} << "half";
  two.file.reset();
  std::ofstream{dir.path / "journal-0000000001"} << "old";
  CHECK(why([&] { life{dir.path}; }).find("another broker uses this directory") != std::string::npos);
}

TEST_CASE("left-overs are swept away") {
  temporary dir;
  {
    life one{dir.path, 4000};
    for (int i = 0; i < 100; ++i) one.put(std::string(100, 'x'));
  }
  std::ofstream{dir.path / "snapshot-0000009999.tmp"} << "half";
  std::ofstream{dir.path / "journal-0000000001"} << "old";
  life two{dir.path};
  CHECK(dir.files("snapshot-0000009999").empty());
  CHECK(dir.files("journal-0000000001").empty());
}

TEST_CASE("an entry that was not written whole is cut off, with a line that says so") {
  temporary dir;
  {
    life one{dir.path};
    one.put("a");
    one.put("b");
  }
  const auto last = dir.path / dir.files("journal").back();
  fs::resize_file(last, fs::file_size(last) - 3);
  {
    life two{dir.path};
    CHECK(two.content() == "0:k=a");
    REQUIRE(two.told.size() == 1);
    CHECK(two.told[0].find(last.string() + ": cut ") == 0);
    two.put("c");
  }
  life three{dir.path};
  CHECK(three.told.empty());
  CHECK(three.content() == "0:k=a 1:k=c");
}

TEST_CASE("a file of which not even the beginning was written is none") {
  temporary dir;
  {
    life one{dir.path};
    one.put("a");
  }
  std::ofstream{dir.path / "journal-0000000002"} << "KWI";
  {
    life two{dir.path};
    CHECK(two.told.size() == 1);
    two.put("b");
  }
  life three{dir.path};
  CHECK(three.content() == "0:k=a 1:k=b");
}

TEST_CASE("damage, gaps and other people's files are refused in a line") {
  temporary dir;
  for (int i = 0; i < 3; ++i) life{dir.path}.put("a");
  const auto names = dir.files("journal");
  REQUIRE(names.size() == 3);
  SUBCASE("an octet is another one") {
    std::fstream{dir.path / names[1], std::ios::in | std::ios::out | std::ios::binary}.seekp(30).put('!');
    const auto line = why([&] { life{dir.path}; });
    CHECK(line.find("journal-0000000002: damaged at byte") != std::string::npos);
    CHECK(line.find("truncate -s") != std::string::npos);
  }
  SUBCASE("cut in the middle") {
    fs::resize_file(dir.path / names[1], 40);
    CHECK(why([&] { life{dir.path}; }).find("damaged at byte") != std::string::npos);
  }
  SUBCASE("one is missing") {
    fs::remove(dir.path / names[1]);
    CHECK(why([&] { life{dir.path}; }).find("journal-0000000002 is missing") != std::string::npos);
  }
  SUBCASE("something else") {
    std::ofstream{dir.path / names[0]} << "this is no journal";
    CHECK(why([&] { life{dir.path}; }).find("damaged at byte 0") != std::string::npos);
  }
  SUBCASE("no directory") {
    CHECK(why([&] { life{dir.path / names[0]}; }).find(names[0]) != std::string::npos);
  }
}

TEST_CASE("a broker keeps its topics, and two of them never share a directory") {
  temporary dir;
  const auto options = [&] { return broker_options{}.data_dir(dir.path.string()).topic("orders", 3); };
  {
    broker one{options()};
    one.create_topic("later", 2, {{"cleanup.policy", "compact"}});
    CHECK(why([&] { broker{options()}; }).find("another broker uses this directory") != std::string::npos);
    one.stop();
    one.start();
  }
  broker two{options().fsync(true)};
  CHECK(two.log("later", 1).empty());
  CHECK_THROWS_AS(two.log("later", 2), std::out_of_range);
  CHECK_THROWS_AS(two.create_topic("later"), std::invalid_argument);
}

TEST_CASE("when nothing can be written any more, that is said") {
  temporary dir;
  script s;
  journal_file::options how;
  how.directory = dir.path;
  how.least_growth = 100;
  journal_file file{std::move(how)};
  s.core.record_to(file);
  fs::permissions(dir.path, fs::perms::none);
  fs::remove_all(dir.path);  // the next file cannot be made
  s.make_topic("t", 20);
  file.submit(s.core);
  file.flush();
  CHECK(file.failure().find("cannot create a snapshot") != std::string::npos);
  CHECK(file.done() == 0);
}
