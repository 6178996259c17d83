// A server whose tools may run as tasks, and clients of several principals, for tests.
#pragma once

#include "support/mcp_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

namespace basekeeper::mcp::testing {

inline constexpr std::string_view with_tasks =
    R"({"elicitation":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})";

struct named_arguments
{
    std::string name;

    static constexpr auto fields = std::tuple{json::optional("name", &named_arguments::name)};
};

/// What the tools of these tests do.
struct task_toolbox
{
    explicit task_toolbox(io::executor where) : gate(where) {}

    static question about(std::string key)
    {
        boost::json::object schema{
            {"type", "object"}, {"properties", {{"v", {{"type", "string"}}}}}, {"required", {"v"}}
        };
        return {.key = std::move(key), .message = "Which?", .schema = std::move(schema)};
    }

    io::task<result<text_result>> wait(call& c)
    {
        ++started;
        c.client().progress(1, 2, "half way");
        auto through = co_await gate.wait(c.deadline());
        ++stopped;
        CO_TRY(std::move(through));
        co_return text_result{"done"};
    }

    io::task<result<text_result>> fail_now(call&) { co_return fail(condition::conflict, "it is taken", "wait"); }

    io::task<result<text_result>> throw_now(call&)
    {
        throw std::runtime_error("a bug");
        co_return text_result{};
    }

    io::task<result<text_result>> ask(call& c)
    {
        const auto got = CO_TRY(co_await c.client().ask(about("name"), c.deadline()));
        if (got.action != answer_action::accept)
            co_return text_result{"no answer"};
        co_return text_result{std::string(got.content.at("v").as_string())};
    }

    io::task<result<text_result>> ask_both(call& c)
    {
        std::vector<input_request> wanted;
        for (const auto* key : {"one", "two"})
            wanted.push_back({.key = key, .kind = input_kind::form, .params = {{"message", key}}});
        const auto got = CO_TRY(co_await c.client().request(std::move(wanted), c.deadline()));
        co_return text_result{json::to_text(got.at(0)) + json::to_text(got.at(1))};
    }

    io::task<result<>> consult(named_arguments& in, call& c)
    {
        const auto got = CO_TRY(co_await c.client().ask(about("who"), c.deadline()));
        in.name = std::string(got.content.at("v").as_string());
        co_return result<>{};
    }

    io::task<result<text_result>> greet(named_arguments in)
    {
        ++started;
        co_return text_result{"Hello, " + in.name};
    }

    io::task<result<text_result>> sample(call& c)
    {
        std::vector<input_request> wanted{{.key = "s", .kind = input_kind::sampling, .params = {}}};
        CO_TRY(co_await c.client().request(std::move(wanted), c.deadline()));
        co_return text_result{"sampled"};
    }

    io::task<result<text_result>> say(std::string text)
    {
        ++started;
        co_return text_result{std::move(text)};
    }

    io::event gate;
    int started = 0;
    int stopped = 0;
};

template <class Handler>
tool task_tool(std::string name, task_support as_task, Handler handler, effect worst = effect::reads)
{
    return make_tool<no_arguments, text_result>(
        {.name = std::move(name),
         .group = "test",
         .worst = worst,
         .about = subject::server,
         .words = origin::ours,
         .description = "For tests.",
         .as_task = as_task},
        [handler](no_arguments, call& c) { return handler(c); }
    );
}

inline registry make_task_registry(task_toolbox& box)
{
    using enum task_support;
    registry all;
    all.add(task_tool("plain", forbidden, [&box](call&) { return box.say("plain"); }));
    all.add(task_tool("slow", optional, [&box](call& c) { return box.wait(c); }));
    all.add(task_tool("quick", optional, [&box](call&) { return box.say("quick"); }));
    all.add(task_tool("ask", optional, [&box](call& c) { return box.ask(c); }));
    all.add(task_tool("sample", optional, [&box](call& c) { return box.sample(c); }));
    all.add(task_tool("job", preferred, [&box](call& c) { return box.wait(c); }));
    all.add(task_tool("ask_both", preferred, [&box](call& c) { return box.ask_both(c); }));
    all.add(task_tool("bug", preferred, [&box](call& c) { return box.throw_now(c); }));
    all.add(task_tool("failing", required, [&box](call& c) { return box.fail_now(c); }));
    all.add(task_tool("drop", preferred, [&box](call&) { return box.say("dropped"); }, effect::destroys));
    all.add(make_tool<named_arguments, text_result>(
        {.name = "greet", .group = "test", .about = subject::server, .description = "Greets.", .as_task = preferred},
        [&box](named_arguments in, call&) { return box.greet(std::move(in)); },
        tool_hooks<named_arguments>{.consult = [&box](named_arguments& in, call& c) { return box.consult(in, c); }}
    ));
    return all;
}

class task_bench
{
public:
    explicit task_bench(task_limits limits = {})
        : box(loop.executor()), all_(make_task_registry(box)), rules_({}, catalog, audit, tokens(), time),
          home(all_, rules_, catalog, time, settings(limits))
    {}

    ~task_bench()
    {
        const auto end = [this]() -> io::task<int> {
            const auto soon = io::deadline::after(std::chrono::seconds{5});
            for (auto& one : clients_)
                EXPECT_TRUE(co_await one->talk.close(soon));
            EXPECT_TRUE(co_await home.close(soon));
            co_return 0;
        };
        loop.run_main(end());
        clients_.clear(); // their sessions before the server
    }

    task_bench(const task_bench&) = delete;
    task_bench& operator=(const task_bench&) = delete;

    void settle() { loop.run_main(settle_main()); }

    /// One connection. `say` sends a message and gives everything that came back, one message a line.
    struct client
    {
        client(task_bench& of, caller who) : bench(of), talk(of.home, std::move(who), sent, of.loop.executor()) {}

        std::string heard()
        {
            bench.settle();
            std::string out;
            for (const auto& one : std::exchange(sent.all, {}))
                out += (out.empty() ? "" : "\n") + one;
            return out;
        }

        std::string say(std::string_view message)
        {
            talk.receive(message);
            return heard();
        }

        /// The result that answers a message; an empty object when there is none.
        boost::json::value result_of(std::string_view message)
        {
            talk.receive(message);
            bench.settle();
            for (const auto& one : std::exchange(sent.all, {}))
                if (auto document = json::read(one).value().as_object(); document.contains("result"))
                    return document.at("result");
            return boost::json::object{};
        }

        void shake_hands(std::string_view capabilities = "{}", std::string_view version = "2025-11-25")
        {
            say(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" +
                std::string(version) + R"(","capabilities":)" + std::string(capabilities) + "}}");
        }

        task_bench& bench;
        sent_messages sent;
        session talk;
    };

    client& connect(std::string who = "stdio:anna", view sees = {})
    {
        return *clients_.emplace_back(std::make_unique<client>(*this, caller{{std::move(who)}, std::move(sees)}));
    }

    /// The client goes away.
    void disconnect(client& one)
    {
        const auto end = [&one]() -> io::task<int> {
            EXPECT_TRUE(co_await one.talk.close(io::deadline::after(std::chrono::seconds{5})));
            co_return 0;
        };
        loop.run_main(end());
        std::erase_if(clients_, [&](const auto& c) { return c.get() == &one; });
    }

    io::runtime loop;
    manual_clock time;
    fixed_catalog catalog;
    audit_memory audit;
    task_toolbox box;
    std::vector<std::string> bugs;

private:
    confirmation_tokens tokens()
    {
        return confirmation_tokens(crypto::secret<std::string>(std::string(32, 'k')), time);
    }

    server_settings settings(task_limits limits)
    {
        server_settings s;
        s.state_key = crypto::secret<std::string>(std::string(32, 's'));
        s.tasks = limits;
        s.report_bug = [this](std::string_view what) { bugs.emplace_back(what); };
        return s;
    }

    registry all_;
    policy rules_;

public:
    server home;

private:
    std::vector<std::unique_ptr<client>> clients_; // they go before the server
};

inline std::string legacy(std::string_view id, std::string_view method, std::string_view params = "{}")
{
    return R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":")" + std::string(method) + R"(","params":)" +
           std::string(params) + "}";
}

/// `tools/call` of 2025-11-25 with a task.
inline std::string legacy_task(std::string_view id, std::string_view tool, std::string_view task = "{}")
{
    return legacy(id, "tools/call", R"({"name":")" + std::string(tool) + R"(","task":)" + std::string(task) + "}");
}

inline std::string about(std::string_view id)
{
    return R"({"taskId":")" + std::string(id) + "\"}";
}

/// A call of the stateless era by a client that takes tasks.
inline std::string modern_call(
    std::string_view id, std::string_view tool, std::string_view rest = "", std::string_view capabilities = with_tasks
)
{
    return modern(id, "tools/call", R"("name":")" + std::string(tool) + "\"," + std::string(rest), capabilities);
}

inline std::string
modern_about(std::string_view id, std::string_view method, std::string_view task, std::string_view rest = "")
{
    return modern(id, method, R"("taskId":")" + std::string(task) + "\"," + std::string(rest), with_tasks);
}

inline std::string text_at(const boost::json::value& v, std::string_view key)
{
    const auto* found = v.as_object().if_contains(key);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
}

} // namespace basekeeper::mcp::testing
