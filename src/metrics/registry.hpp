// Counts what happens and writes it in the text format of Prometheus.
#pragma once

#include "base/error.hpp"
#include "metrics/samples.hpp"

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::metrics {

/// One call as policy reports it.
struct call_record
{
    std::string_view tool;     ///< `execute_sql`, `resources/read NAME`
    std::string_view decision; ///< as in the audit trail
    std::string_view outcome;  ///< `ok` or the name of a condition
    std::chrono::steady_clock::duration took;
};

enum class rate_limit
{
    principal,
    address
};

/// Why the gatekeeper did not let a request through to MCP; what the servers themselves refuse, providers tell.
enum class refusal
{
    blocked_address,
    origin,
    host,
    authentication,
    authorization
};

/// What is counted as it happens, and what is looked at when somebody asks. Lives on the I/O thread. A call costs less
/// than 300 ns and, after the first of its kind, no memory.
class registry
{
public:
    /// `tools`: the names that may stand in a label; every other one is counted as `other`.
    explicit registry(const std::vector<std::string>& tools);
    ~registry();
    registry(const registry&) = delete;
    registry& operator=(const registry&) = delete;

    void call_ended(const call_record& c);

    /// `failed` null: it worked.
    void statement_ended(std::string_view instance, std::chrono::steady_clock::duration took, const error* failed);
    void rate_limited(rate_limit by);
    void request_refused(refusal why);

    /// Looked at each time somebody asks: pools, sessions, streams, audit. Called on the I/O thread; must not wait.
    using provider = std::function<void(samples&)>;

    /// Takes the provider out when it ends.
    class registration
    {
    public:
        registration() = default;
        registration(registration&&) noexcept = default;
        registration& operator=(registration&&) noexcept = default;
        ~registration();

    private:
        friend class registry;

        explicit registration(std::shared_ptr<provider> p) : provider_(std::move(p)) {}

        std::shared_ptr<provider> provider_; // the registry observes it
    };

    [[nodiscard]] registration add(provider p);

    /// Everything in the text format, version 0.0.4: answer it as `content_type`. In order of name.
    std::string render();

    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace basekeeper::metrics
