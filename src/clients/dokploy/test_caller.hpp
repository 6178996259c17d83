// A Dokploy for tests that answers calls as the test says, without a network.
#pragma once

#include "clients/dokploy/call.hpp"
#include "json/text.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace basekeeper::dokploy::test {

/// Records the calls and lets the test answer them.
class scripted_caller final : public caller
{
public:
    using script = std::function<result<boost::json::value>(const call&)>;

    explicit scripted_caller(script answer) : answer_(std::move(answer)) {}

    io::task<result<boost::json::value>> send(call what, io::deadline) override
    {
        seen.push_back(what);
        co_return answer_(what);
    }

    std::chrono::milliseconds settling_time() const override { return std::chrono::milliseconds{1}; }

    int count(std::string_view procedure) const
    {
        int out = 0;
        for (const auto& one : seen)
            out += one.procedure == procedure ? 1 : 0;
        return out;
    }

    std::vector<call> seen;

private:
    script answer_;
};

/// An answer written as JSON.
inline result<boost::json::value> says(std::string_view text)
{
    return json::read(text);
}

inline result<boost::json::value> fails(condition c, int status = 0)
{
    error e(c, "no answer came");
    e.http_status = status;
    return fail(std::move(e));
}

} // namespace basekeeper::dokploy::test
