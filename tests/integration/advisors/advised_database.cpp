// Makes the databases, and takes them away with the instance.
#include "advised_database.hpp"

#include "support/postgres_server.hpp"
#include "support/run_task.hpp"

#include <fmt/format.h>

namespace basekeeper::advisors {
namespace {

template <class T>
T must(result<T> got)
{
    if (!got)
        throw std::runtime_error(describe(got.error()) + " " + got.error().server_text);
    if constexpr (!std::is_void_v<T>)
        return *std::move(got);
}

io::task<> create_database(io::runtime& on, pg::target as, std::string statement)
{
    auto db = must(co_await pg::connection::open(on.executor(), on.pool(), std::move(as), local::soon()));
    must(co_await db.simple_script(std::move(statement), local::soon()));
}

std::string next_name()
{
    static int count = 0;
    return fmt::format("advised_{}", ++count);
}

} // namespace

/// One instance for as long as this lives. The fixture that makes instances is a test without a body here.
class supabase_shaped::instance final : public local::local_instances
{
public:
    instance()
    {
        run([this](local::engine& made) -> io::task<> {
            const auto dev = must(co_await made.up("dev", local::soon()));
            owner = must(pg::parse_target(dev.database_url.reveal()));
            superuser = owner;
            superuser.user = "supabase_admin";
            superuser.password = local::password_of(dev.seed, superuser.user);
        });
    }

    void TestBody() override {}

    pg::target owner;
    pg::target superuser;
};

std::unique_ptr<supabase_shaped::instance> supabase_shaped::shared;

void supabase_shaped::SetUpTestSuite()
{
    shared = std::make_unique<instance>();
}

void supabase_shaped::TearDownTestSuite()
{
    shared.reset();
}

logins supabase_shaped::fresh()
{
    logins out{shared->owner, shared->superuser};
    const auto name = next_name();
    const auto work = [&](io::runtime& on) {
        auto as = shared->superuser;
        as.database = "template1";
        return create_database(on, as, fmt::format("create database {} template postgres owner postgres", name));
    };
    test::run_on_fresh_runtime(work);
    out.asking.database = name;
    out.superuser.database = name;
    return out;
}

logins bare_database()
{
    auto as = must(pg::parse_target(test::shared_server().socket_url()));
    const auto name = next_name();
    const auto work = [&](io::runtime& on) { return create_database(on, as, "create database " + name); };
    test::run_on_fresh_runtime(work);
    as.database = name;
    return {as, as};
}

void advised(const logins& as, const advised_body& body)
{
    io::runtime on;
    advised_database db(on, as);
    test::run_task(on, body(db));
}

io::task<pg::connection*> advised_database::asking()
{
    if (!asking_ || asking_->broken())
        asking_ = must(co_await pg::connection::open(on_.executor(), on_.pool(), as_.asking, local::soon()));
    co_return &*asking_;
}

io::task<pg::connection*> advised_database::superuser()
{
    if (!superuser_ || superuser_->broken())
        superuser_ = must(co_await pg::connection::open(on_.executor(), on_.pool(), as_.superuser, local::soon()));
    co_return &*superuser_;
}

io::task<> advised_database::script(std::string sql)
{
    auto* db = co_await superuser();
    must(co_await db->simple_script(std::move(sql), local::soon()));
    must(co_await db->simple_script("reset role", local::soon()));
}

io::task<std::string> advised_database::value(std::string sql)
{
    auto* db = co_await superuser();
    const auto answer = must(co_await db->query(std::move(sql), {}, local::soon()));
    std::string text;
    for (std::size_t row = 0; row < answer.rows.size(); ++row) {
        text += row == 0 ? "" : ",";
        for (std::size_t col = 0; col < answer.rows.columns().size(); ++col)
            text += (col == 0 ? "" : "|") + std::string(answer.rows.value(row, col).value_or("null"));
    }
    co_return text;
}

io::task<std::string> advised_database::apply(finding what)
{
    auto* db = co_await superuser();
    for (const auto& statement : what.remedy.value_or(std::vector<std::string>{})) {
        const auto done = co_await db->query(statement, {}, local::soon());
        if (!done)
            co_return statement + ": " + describe(done.error()) + " " + done.error().server_text;
    }
    co_return "";
}

io::task<report> advised_database::ask(request what)
{
    auto* db = co_await asking();
    co_return must(co_await advise(*db, std::move(what), local::soon()));
}

io::task<std::vector<finding>> advised_database::findings(std::string lint, std::vector<std::string> schemas)
{
    const auto got =
        co_await ask({.lint = std::move(lint), .schemas = std::move(schemas), .limit = 200, .budget_bytes = 10'000'000}
        );
    co_return got.lints.empty() ? std::vector<finding>{} : got.lints.front().findings;
}

std::vector<std::string> objects_of(const std::vector<finding>& found)
{
    std::vector<std::string> out;
    out.reserve(found.size());
    for (const auto& one : found)
        out.push_back(one.object);
    return out;
}

} // namespace basekeeper::advisors
