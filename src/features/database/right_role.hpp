// Which role a change of Supabase's own schemas has to run as, and what to say when this login cannot be it.
#pragma once

#include "base/error.hpp"
#include "config/settings.hpp"
#include "pg/statement.hpp"
#include "sql/classify.hpp"

#include <string>
#include <vector>

namespace basekeeper::database {

/// Objects of one of Supabase's own schemas (auth, storage, realtime, supabase_functions) that statements work on.
struct platform_work
{
    std::string schema; ///< empty: the statements work on none, or on other things as well
    std::vector<std::string> names;
    bool only_defines = true; ///< no rows are read or changed

    /// Adds what one more statement works on.
    void add(const sql::statement_effect& seen);

private:
    bool mixed_ = false;
};

/// The role that owns them, and what this login is to it.
struct right_role
{
    std::string name; ///< empty: there is none, or its name is not one to repeat
    std::string login;
    bool is_login = false;
    bool may_become = false; ///< by SET ROLE
    bool superuser = false;

    /// True for a change by SET ROLE. Nobody is made a superuser unasked.
    bool by_set_role() const { return may_become && !is_login && !superuser && !name.empty(); }

    /// True when it is one of the roles that a self-hosted stack gives the same password as `postgres`.
    bool may_log_in() const;
};

/// Asks for the owner of the objects, else for the role by which Supabase's own service changes the schema.
pg::statement ask_right_role(const platform_work& what);
right_role read_right_role(const pg::statement_result& answer);

/// The refusal with the names of login and owner and with the ways out.
error explain_refusal(error refused, const platform_work& what, const right_role& owner, config::instance_kind kind);

} // namespace basekeeper::database
