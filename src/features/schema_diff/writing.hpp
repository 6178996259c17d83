// From changes to statements: one function per family of kinds; included by the sources of this module only.
#pragma once

#include "features/schema_diff/changes.hpp"
#include "features/schema_diff/step.hpp"

#include <set>

namespace basekeeper::schema_diff {

/// What the functions below write to and read from.
struct writing
{
    const comparison& of;
    steps& to;
    std::set<std::string>& notes; ///< what cannot be said in statements

    const fact& before(const change& c) const { return of.before()[c.before]; }

    const fact& after(const change& c) const { return of.after()[c.after]; }
};

/// How COMMENT ON and ALTER … OWNER TO name an object: `table public.t`, `policy p on public.t`.
std::string phrase(const fact& f);

/// The name of a role as SQL needs it, and whether it exists where the plan runs; notes when it does not.
std::string role_name(const writing& w, std::string_view plain);
bool role_exists(const writing& w, std::string_view plain);

/// Owner, comment and grants of what was just created.
void dress(const writing& w, const fact& made);

/// The same where they differ.
void redress(const writing& w, const change& c);

/// Grants of a column that differ.
void redress_column(const writing& w, const fact* before, const fact& after);

// Each returns false when the kind is another family's.
bool create_table_part(const writing& w, const change& c, const std::vector<fact_number>& inlined);
bool alter_table_part(const writing& w, const change& c);
bool drop_table_part(const writing& w, const change& c);

bool create_type(const writing& w, const change& c);
bool alter_type(const writing& w, const change& c);
void move_type_away(const writing& w, const change& c);
void drop_moved_type(const writing& w, const change& c);

bool create_code(const writing& w, const change& c);
bool alter_code(const writing& w, const change& c);
bool drop_code(const writing& w, const change& c);

bool create_access(const writing& w, const change& c);
bool alter_access(const writing& w, const change& c);
bool drop_access(const writing& w, const change& c);

/// What can only be said once everything inside a table stands: its replica identity.
void finish_table(const writing& w, const change& c);
bool needs_finish(const comparison& of, const change& c);

/// `a, b` from a list separated by `\x1f`.
std::string joined(std::string_view list);

/// The options of a list that concern the TOAST table, or those that do not.
enum class option_target
{
    table,
    toast
};
std::string options_for(option_target which, std::string_view list);

/// `set (…)` and `reset (…)` between two lists of `name=value`, after `alter`.
void change_options(const writing& w, const fact& f, std::string_view from, std::string_view to, step like);

} // namespace basekeeper::schema_diff
