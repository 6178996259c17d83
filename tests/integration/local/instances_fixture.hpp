// A folder for instances, an engine on it, and questions to their databases.
#pragma once

#include "features/local/engine.hpp"
#include "pg/connection.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

namespace basekeeper::local {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class memory_keeper final : public seed_keeper
{
public:
    io::task<result<std::optional<secret_text>>> load(std::string instance) override
    {
        const auto found = seeds.find(instance);
        co_return found == seeds.end() ? std::nullopt : std::optional(found->second);
    }

    io::task<result<>> save(std::string instance, secret_text seed) override
    {
        seeds[instance] = std::move(seed);
        co_return result<>{};
    }

    io::task<result<>> forget(std::string instance) override
    {
        seeds.erase(instance);
        co_return result<>{};
    }

    std::map<std::string, secret_text> seeds;
};

inline io::deadline soon()
{
    return io::deadline::after(60s);
}

class local_instances : public testing::Test
{
protected:
    local_instances()
    {
        std::string pattern = fs::temp_directory_path() / "basekeeper-local-XXXXXX";
        root = ::mkdtemp(pattern.data());
        ::chmod(root.c_str(), 0711);
        options.state_dir = root / "state";
        options.shared_dir = root / "shared";
    }

    void TearDown() override
    {
        run([](engine& local) -> io::task<> {
            for (const auto& one : *co_await local.list())
                EXPECT_TRUE(co_await local.destroy(one.name, soon()));
        });
        fs::remove_all(root);
    }

    void run(std::function<io::task<>(engine&)> test)
    {
        io::runtime loop;
        executor = loop.executor();
        pool = &loop.pool();
        engine local(loop.pool(), keeper, system_clock(), options);
        const auto body = [&]() -> io::task<int> {
            co_await test(local);
            co_return 0;
        };
        loop.run_main(body());
        executor = {};
    }

    /// All rows as text: values separated by '|', rows by ','; an error as its SQLSTATE.
    io::task<std::string> ask(const local_instance& at, std::string role, std::string sql)
    {
        auto to = *pg::parse_target(at.database_url.reveal());
        if (role != to.user) {
            to.password = password_of(at.seed, role);
            to.user = std::move(role);
        }
        auto session = co_await pg::connection::open(executor, *pool, to, soon());
        if (!session)
            co_return "cannot connect: " + describe(session.error());
        co_return co_await ask(*session, std::move(sql));
    }

    static io::task<std::string> ask(pg::connection& session, std::string sql)
    {
        const auto answer = co_await session.query(std::move(sql), {}, soon());
        if (!answer)
            co_return answer.error().sqlstate;
        std::string text;
        for (std::size_t row = 0; row < answer->rows.size(); ++row) {
            text += row == 0 ? "" : ",";
            for (std::size_t col = 0; col < answer->rows.columns().size(); ++col)
                text += (col == 0 ? "" : "|") + std::string(answer->rows.value(row, col).value_or("null"));
        }
        co_return text;
    }

    fs::path root;
    engine_options options;
    memory_keeper keeper;
    io::executor executor;
    io::offload_pool* pool = nullptr;
};

inline bool alive(pid_t pid)
{
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::ostringstream text;
    text << stat.rdbuf();
    return !text.str().empty() && text.str().find(") Z ") == std::string::npos;
}

} // namespace basekeeper::local
