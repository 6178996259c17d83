// New passwords of roles, found in what a shell would be told.
#include "features/rehearsal/command_run.hpp"

#include <gtest/gtest.h>

namespace basekeeper::rehearsal {
namespace {

std::string found_in(std::string_view command)
{
    std::string out;
    for (const auto& one : password_changes(command))
        out += one.role + "=" + one.password + ";";
    return out;
}

TEST(password_changes, are_found_however_they_are_quoted)
{
    EXPECT_EQ(found_in(R"(psql -c "ALTER USER postgres WITH PASSWORD 'a b';")"), "postgres=a b;");
    EXPECT_EQ(found_in(R"(psql -c 'alter role authenticator password '\''it'\'''\''s'\''')"), "authenticator=it's;");
    EXPECT_EQ(
        found_in("psql <<'E'\nALTER ROLE \"a\" WITH LOGIN PASSWORD 'one';\nALTER ROLE b PASSWORD 'two';\nE"),
        "a=one;b=two;"
    );
    EXPECT_EQ(found_in("psql -c \"ALTER ROLE a NOLOGIN; ALTER ROLE b PASSWORD 'two'\""), "b=two;");
    EXPECT_EQ(found_in("ALTER TABLE t ADD COLUMN password text"), "");
}

} // namespace
} // namespace basekeeper::rehearsal
