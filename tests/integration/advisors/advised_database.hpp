// A database of its own for every test, in the shape of Supabase or bare, and the advisors on it.
#pragma once

#include "features/advisors/engine.hpp"
#include "integration/local/instances_fixture.hpp"
#include "pg/connection.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::advisors {

/// Who asks, and who sets things up.
struct logins
{
    pg::target asking;
    pg::target superuser;
};

/// Used inside one run of a runtime.
class advised_database
{
public:
    advised_database(io::runtime& on, logins as) : on_(on), as_(std::move(as)) {}

    /// Runs a script as the superuser; throws on failure.
    io::task<> script(std::string sql);

    /// The rows of an answer to the superuser: values separated by '|', rows by ','. Throws on failure.
    io::task<std::string> value(std::string sql);

    /// Runs the statements of a remedy one by one as the superuser; what went wrong, or empty.
    io::task<std::string> apply(finding what);

    /// What the advisors say; throws on failure.
    io::task<report> ask(request what);

    /// All findings of one lint.
    io::task<std::vector<finding>> findings(std::string lint, std::vector<std::string> schemas = {});

    /// The connection of who asks.
    io::task<pg::connection*> asking();

private:
    io::task<pg::connection*> superuser();

    io::runtime& on_;
    logins as_;
    std::optional<pg::connection> asking_;
    std::optional<pg::connection> superuser_;
};

using advised_body = std::function<io::task<>(advised_database&)>;

/// Runs the body on a database; as the given login.
void advised(const logins& as, const advised_body& body);

/// A fresh, bare database on the shared server, asked by its superuser.
logins bare_database();

/// A local instance that the tests of one suite share; each test has a copy of its database.
class supabase_shaped : public testing::Test
{
protected:
    static void SetUpTestSuite();
    static void TearDownTestSuite();

    /// A fresh copy, asked by the role postgres, which is no superuser.
    static logins fresh();

    /// Runs the body on a fresh copy.
    static void on_fresh(const advised_body& body) { advised(fresh(), body); }

private:
    class instance;
    static std::unique_ptr<instance> shared;
};

/// The object of each.
std::vector<std::string> objects_of(const std::vector<finding>& found);

} // namespace basekeeper::advisors
