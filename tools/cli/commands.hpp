#pragma once

#include <span>

#include "options.hpp"

namespace kwire::cli {

/// All commands, in the order that help shows them.
std::span<const command_spec> commands() noexcept;

// One of these a source file.
extern const command_spec produce_command;
extern const command_spec consume_command;
extern const command_spec metadata_command;
extern const command_spec query_command;
extern const command_spec topics_list_command;
extern const command_spec topics_create_command;
extern const command_spec topics_delete_command;
extern const command_spec topics_describe_command;
extern const command_spec groups_list_command;
extern const command_spec groups_describe_command;
extern const command_spec perf_produce_command;
extern const command_spec perf_consume_command;
extern const command_spec perf_latency_command;
extern const command_spec decode_command;
extern const command_spec protocol_command;
extern const command_spec raw_command;
extern const command_spec broker_command;
extern const command_spec completion_command;
extern const command_spec man_command;

}  // namespace kwire::cli
