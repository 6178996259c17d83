// Changes to the SQL of policies that a search and replace would get wrong: literals and quoted names stay what they
// are.
#pragma once

#include <string>
#include <string_view>

namespace basekeeper::advisors {

/// Puts calls of auth.uid(), auth.jwt(), auth.role(), auth.email() and current_setting() into sub-selects of their own,
/// so that they are evaluated once per statement. Calls that directly follow a SELECT, brackets aside, are left alone.
std::string wrap_calls(std::string_view statement);

/// Reads app_metadata where user_metadata was read: the word inside of literals, and the columns raw_user_meta_data and
/// raw_app_meta_data of auth.users.
std::string trust_app_metadata(std::string_view statement);

} // namespace basekeeper::advisors
