// Prints the description of every message, one JSON object a line, for check_schemas.py.

#include <cstdio>
#include <kwire/protocol/messages/all.hpp>
#include <kwire/protocol/wire/json.hpp>

int main() {
  for (const auto& entry : kwire::protocol::all_messages()) {
    std::puts(kwire::protocol::describe_schema(entry.make().ref()).c_str());
  }
}
