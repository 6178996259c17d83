// Columns as parts of CREATE TABLE and by themselves; included by the sources of this module only.
#pragma once

#include "features/schema_diff/writing.hpp"

namespace basekeeper::schema_diff {

/// `name type … not null`, as in CREATE TABLE.
std::string column_definition(const fact& column, std::string_view default_expression);

/// What CREATE TABLE cannot say of a column: storage, statistics, comment, grants.
void dress_column(const writing& w, const fact& column);

void create_column(const writing& w, const fact& f, std::string_view default_expression);
void alter_column(const writing& w, const change& c);
void drop_column(const writing& w, const change& c);

/// `restart` with a space before it when a sequence stands outside the bounds that it gets (`minvalue 1 maxvalue 9 …`).
std::string restart_if_outside(std::string_view last_value, std::string_view options, std::string_view word);

/// SET DEFAULT, or DROP DEFAULT for an empty expression.
void write_default(const writing& w, const fact& f, std::string_view expression);

} // namespace basekeeper::schema_diff
