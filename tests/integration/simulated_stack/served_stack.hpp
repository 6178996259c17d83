// The simulated gateway behind a real HTTP server on a free port of the loopback address.
#pragma once

#include "features/simulated_stack/gateway.hpp"
#include "http/server.hpp"
#include "http/test_rig.hpp"
#include "stack/secrets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::simulated_stack {

inline std::string escaped(std::string_view text, std::string_view kept)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || kept.contains(c)) {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        }
    }
    return out;
}

/// The server gives paths and queries decoded; the simulation takes them as they were sent.
inline request as_sent(http::request asked)
{
    request out{.method = asked.method, .path = escaped(asked.path, "-._~/")};
    for (const auto& [name, value] : asked.query)
        out.query += (out.query.empty() ? "" : "&") + escaped(name, "-._~") + "=" + escaped(value, "-._~");
    out.headers = asked.headers.fields();
    out.body = std::move(asked.body);
    return out;
}

/// A stack with new keys; change `values` and `start` again, as a deployment does.
class served_stack
{
public:
    /// What happens to a request beside being answered: another answer, or an exception, which cuts the connection.
    using intervention = std::function<std::optional<answer>(const request&)>;

    explicit served_stack(io::runtime& loop)
    {
        renew_keys();
        set("DASHBOARD_USERNAME", "supabase");
        set("DASHBOARD_PASSWORD", "of-the-dashboard");
        set("ENABLE_EMAIL_AUTOCONFIRM", "true");
        on.start(values);
        rig.emplace(loop, [this](http::request asked, http::exchange& with) -> io::task<> {
            return answer_one(std::move(asked), with);
        });
    }

    void renew_keys()
    {
        for (const auto& [name, value] : stack::variables(stack::new_api_keys({.now = system_clock().wall()})))
            values[std::string(name)] = value;
    }

    void set(const std::string& name, std::string value) { values[name] = crypto::secret<>(std::move(value)); }

    std::string value(const std::string& name) const { return values.at(name).reveal(); }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(rig->at.port); }

    std::size_t users() const
    {
        auto copy = request{.method = "GET", .path = "/auth/v1/admin/users", .query = "per_page=1000"};
        copy.headers = {
            {"apikey", value("SERVICE_ROLE_KEY")}, {"authorization", "Bearer " + value("SERVICE_ROLE_KEY")}
        };
        const auto came = on.respond(copy);
        const auto* total = find_header(came.headers, "x-total-count");
        return total == nullptr ? 999 : static_cast<std::size_t>(std::stoul(*total));
    }

    env_text::values values;
    mutable gateway on{system_clock()};
    intervention intervene;
    std::chrono::milliseconds slowness{0};
    std::string slow_path{}; ///< empty: all are
    std::size_t running = 0;
    std::size_t most_at_once = 0;
    std::vector<std::string> seen; ///< `METHOD path`
    std::optional<http::test_rig::rig> rig;

private:
    io::task<> answer_one(http::request asked, http::exchange& with)
    {
        const auto what = as_sent(std::move(asked));
        seen.push_back(what.method + " " + what.path);
        most_at_once = std::max(most_at_once, ++running);
        if (slowness.count() > 0 && what.path.starts_with(slow_path))
            static_cast<void>(co_await io::sleep(slowness));
        --running;
        auto other = intervene ? intervene(what) : std::nullopt;
        auto came = other ? *std::move(other) : on.respond(what);
        http::response out{.status = static_cast<unsigned>(came.status)};
        for (auto& [name, value] : came.headers)
            out.headers.add(std::move(name), std::move(value));
        out.body = std::move(came.body);
        with.respond(std::move(out));
    }
};

} // namespace basekeeper::simulated_stack
