// A stack behind a real server with a fault of its own, and what the probes say of it.
#pragma once

#include "clients/supabase/outcome.hpp"
#include "served_stack.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::supabase {

using namespace std::chrono_literals;
using simulated_stack::served_stack;

using outcomes = std::vector<probe_outcome>;

/// A stack, changed by `change(served, access, options)` after its keys were handed out, and what the probes say of it.
struct scene
{
    std::function<void(served_stack&, gateway_access&, probe_options&)> change{};
    std::function<void(served_stack&, const outcomes&)> look{};
};

inline outcomes probed(scene what)
{
    return test::run_on_fresh_runtime([&](io::runtime& loop) -> io::task<outcomes> {
        served_stack served(loop);
        gateway_access to{
            .url = served.url(),
            .anon_key = served.values["ANON_KEY"],
            .service_key = served.values["SERVICE_ROLE_KEY"],
        };
        probe_options how{.patience = 3s, .to_delete_user = 2s};
        const auto keys = to;
        if (what.change)
            what.change(served, to, how);
        http::client through(loop.executor(), loop.pool());
        auto out = co_await probe_all(through, to, how, io::deadline::after(20s));
        for (const auto& one : out)
            for (const auto* key : {&keys.anon_key, &keys.service_key})
                EXPECT_THAT(one.detail + one.next.value_or(""), testing::Not(testing::HasSubstr(key->reveal())))
                    << one.name;
        if (what.look)
            what.look(served, out);
        EXPECT_TRUE(co_await through.close(io::deadline::after(5s)));
        co_await served.rig->stop();
        co_return out;
    });
}

inline probe_outcome named(const outcomes& all, std::string_view name)
{
    const auto found = std::ranges::find(all, name, &probe_outcome::name);
    return found == all.end() ? probe_outcome{.name = "missing"} : *found;
}

/// `name: status` of all that are not passed.
inline std::vector<std::string> troubles(const outcomes& all)
{
    std::vector<std::string> out;
    for (const auto& one : all)
        if (one.status != probe_status::passed)
            out.push_back(
                one.name + (one.status == probe_status::failed    ? " failed"
                            : one.status == probe_status::warning ? " warning"
                                                                  : " skipped")
            );
    return out;
}

} // namespace basekeeper::supabase
