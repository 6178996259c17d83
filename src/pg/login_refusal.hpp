// From what a server or a pooler answered to a login to an error with its own sentence and next step; included by the
// sources of this module only.
#pragma once

#include "base/error.hpp"
#include "pg/target.hpp"

#include <string_view>

namespace basekeeper::pg {

/// `message` are the server's words; of them only known English ones are looked for, and they stay in server_text.
error login_refusal(const target& to, std::string_view sqlstate, std::string_view message);

} // namespace basekeeper::pg
