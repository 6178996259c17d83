// Correlation ids: W3C trace context, read strictly, made anew where none came, passed on to whatever a call causes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace basekeeper::log {

/// One span: a piece of work within a trace. Ids are lower-case hex and never all zeros. A value without ids, as the
/// default constructor makes it, stands for "none".
class trace_context
{
public:
    trace_context() = default;

    bool is_empty() const { return trace_[0] == 0; }

    /// 32 digits, the same for everything that one request of a user causes, in all systems.
    std::string_view trace_id() const { return is_empty() ? std::string_view{} : std::string_view(trace_.data(), 32); }

    /// 16 digits, this piece of work; its callees get it as their parent.
    std::string_view span_id() const { return is_empty() ? std::string_view{} : std::string_view(span_.data(), 16); }

    bool sampled() const { return (flags_ & 1U) != 0; }

    friend bool operator==(const trace_context&, const trace_context&) = default;

private:
    friend std::optional<trace_context> parse_traceparent(std::string_view text);
    friend class trace_source;

    std::array<char, 32> trace_{};
    std::array<char, 16> span_{};
    unsigned flags_ = 0;
};

/// The header or `_meta` value `traceparent` (W3C Trace Context, section 3.2): of version 00 exactly, of a later
/// version its known beginning. Nothing for anything else: upper case, version ff, ids of zeros, blanks around it.
std::optional<trace_context> parse_traceparent(std::string_view text);

/// `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`; empty for an empty context.
std::string to_traceparent(const trace_context& of);

/// Makes spans. Ids must be unlike those of others, not secret, so a fast generator serves. Lives on one thread.
class trace_source
{
public:
    /// `seed`: random, different in each process.
    explicit trace_source(std::uint64_t seed) : random_(seed) {}

    /// A span beneath `parent`, in its trace and with its flag; without a parent the first of a new trace, unsampled.
    trace_context next(const trace_context& parent = {});

private:
    std::mt19937_64 random_;
};

} // namespace basekeeper::log
