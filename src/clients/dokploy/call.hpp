// One call of a Dokploy procedure, and whoever carries it out: what the typed operations are written against.
#pragma once

#include "base/result.hpp"
#include "clients/dokploy/lenient.hpp"
#include "crypto/secret.hpp"
#include "io/deadline.hpp"
#include "io/task.hpp"
#include "json/fields.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace basekeeper::dokploy {

enum class call_kind
{
    query,   ///< GET, arguments in the query string
    mutation ///< POST, arguments in a JSON body
};

/// What may be done when no answer came, or one of 5xx.
enum class when_unanswered
{
    again, ///< carrying it out twice is the same as once
    tell   ///< it may have been carried out: the caller must look
};

/// What a status of 500 from Dokploy itself means for this procedure.
enum class server_failure
{
    may_pass, ///< another attempt may do better
    final     ///< it is how the procedure says what is wrong with the request
};

using parameters = std::vector<std::pair<std::string, std::string>>;

struct call
{
    std::string procedure; ///< `compose.one`
    call_kind kind = call_kind::query;
    parameters query{};                      ///< an empty value is left out, as Dokploy would read it
    std::string body = "{}";                 ///< of a mutation
    std::vector<crypto::secret<>> secrets{}; ///< values of the body that no error may repeat
    when_unanswered unanswered = when_unanswered::again;
    server_failure on_500 = server_failure::may_pass;
    std::chrono::milliseconds patience{std::chrono::seconds{30}}; ///< for one attempt
};

call query(std::string procedure, parameters arguments = {});

/// The body of `arguments`: its members but those that are an empty std::optional. Secrets among them are kept aside.
template <json::described T>
call mutation(std::string procedure, const T& arguments);

/// A mutation with one argument: most of them take an id.
call mutation(std::string procedure, std::string_view name, std::string_view value);

/// Carries calls out; `api` over the network, a script in tests.
class caller
{
public:
    caller() = default;
    virtual ~caller() = default;
    caller(const caller&) = delete;
    caller& operator=(const caller&) = delete;

    /// The value that Dokploy answered; null for an empty answer. Failures are those of `explain` and of the way there.
    virtual io::task<result<boost::json::value>> send(call what, io::deadline until) = 0;

    /// How long a request whose connection broke may still be under way on the other side.
    virtual std::chrono::milliseconds settling_time() const { return std::chrono::milliseconds{500}; }
};

/// The one row that a call answers with. `not_found` when the answer is empty: that is how some procedures say it.
template <json::described T>
io::task<result<T>> fetch_row(caller& on, call what, io::deadline until);

template <json::described T>
io::task<result<std::vector<T>>> fetch_rows(caller& on, call what, io::deadline until);

/// For procedures whose answer says nothing but that they worked.
io::task<result<>> carry_out(caller& on, call what, io::deadline until);

/// For procedures that answer with a text.
io::task<result<std::string>> fetch_text(caller& on, call what, io::deadline until);

/// Removes something. That it is not there is success when an earlier attempt of this call may have removed it.
io::task<result<>> remove_row(caller& on, call what, io::deadline until);

// ---- implementation ------------------------------------------------------------------------------------------------

error empty_answer(std::string_view procedure);

template <json::described T>
call mutation(std::string procedure, const T& arguments)
{
    call out{.procedure = std::move(procedure), .kind = call_kind::mutation};
    out.body = '{';
    const auto write = [&out](std::string_view name, const auto& value) {
        if (out.body.size() > 1)
            out.body += ',';
        json::write_string(out.body, name);
        out.body += ':';
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, crypto::secret<>>) {
            out.secrets.push_back(value);
            json::write_string(out.body, value.reveal());
        } else
            json::encode(out.body, value);
    };
    const auto add = [&]<class O, class M>(const json::field<O, M>& f) {
        const auto& value = arguments.*(f.member);
        if constexpr (json::detail::is_optional<M>) {
            if (value)
                write(f.name, *value);
        } else
            write(f.name, value);
    };
    std::apply([&](const auto&... f) { (add(f), ...); }, T::fields);
    out.body += '}';
    return out;
}

template <json::described T>
io::task<result<T>> fetch_row(caller& on, call what, io::deadline until)
{
    const auto procedure = what.procedure;
    const auto answer = CO_TRY(co_await on.send(std::move(what), until));
    if (answer.is_null())
        co_return fail(empty_answer(procedure));
    co_return read_row<T>(answer, procedure);
}

template <json::described T>
io::task<result<std::vector<T>>> fetch_rows(caller& on, call what, io::deadline until)
{
    const auto procedure = what.procedure;
    const auto answer = CO_TRY(co_await on.send(std::move(what), until));
    co_return read_rows<T>(answer, procedure);
}

} // namespace basekeeper::dokploy
