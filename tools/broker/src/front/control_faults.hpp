#pragma once

#include <kwire/broker/broker.hpp>
#include <string_view>
#include <vector>

#include "front/control_fields.hpp"

namespace kwire::embedded {

// Faults as the control endpoint takes them. What throws, throws `control_mistake`.

const std::vector<std::string_view>& fault_fields();
std::string_view fault_help() noexcept;
void add_fault(broker& to, const control_fields& fields);
void cap_version(broker& of, const control_fields& fields);

}  // namespace kwire::embedded
