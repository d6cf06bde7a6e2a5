#pragma once

#include <kwire/protocol/wire/visitor.hpp>

namespace kwire::protocol {

/// Gives a field the value it has when a version lacks it.
void reset_field(value_ref field, const traits& how);

/// True when the field holds that value.
bool is_default(value_ref field, const traits& how);

}  // namespace kwire::protocol
