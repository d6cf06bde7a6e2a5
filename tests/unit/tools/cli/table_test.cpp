#include "table.hpp"

#include <doctest/doctest.h>

TEST_CASE("columns are as wide as their widest cell, without blanks at the end") {
  kwire::cli::table rows{{"GROUP", "LAG", "HOST"}};
  CHECK(rows.empty());
  rows.add({"a", "1000", ""});
  rows.add({"longer-name", "-"});
  CHECK(rows.print() ==
        "GROUP       LAG  HOST\n"
        "a           1000\n"
        "longer-name -\n");
}
