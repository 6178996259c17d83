// Whether code behind the tables of a dry run does what a rollback does not take back.
#pragma once

#include "pg/statement.hpp"
#include "sql/qualified_name.hpp"

#include <string>
#include <vector>

namespace basekeeper::database {

/// Asks the catalogue about triggers, views, rules, policies, checks, defaults and indexes of these relations, of those
/// that they are made of and of those that deletes cascade to. The bodies of functions are searched for names, which
/// finds what is written plainly and nothing that is composed or called in turn.
pg::statement ask_hidden_code(const std::vector<sql::qualified_name>& relations);

/// `trigger t on shop.orders calls shop.f(), which mentions dblink_exec`; empty: nothing was found.
std::string read_hidden_code(const pg::statement_result& answer);

} // namespace basekeeper::database
