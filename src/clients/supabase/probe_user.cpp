// Settings first, then the sign-up or what can stand for it, and in every case the deletion.
#include "clients/supabase/probe_user.hpp"

#include "clients/supabase/probes.hpp"
#include "clients/supabase/refusal.hpp"
#include "crypto/random.hpp"
#include "io/event.hpp"
#include "json/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

namespace basekeeper::supabase {
namespace {

constexpr std::string_view admin_users = "/auth/v1/admin/users";
constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";

struct probe_login
{
    std::string email;
    crypto::secret<> password;
};

probe_login new_login()
{
    return {
        fmt::format("basekeeper-probe-{}@example.com", crypto::random_text(16, letters).reveal()),
        // One of each kind: PASSWORD_REQUIRED_CHARACTERS may ask for them.
        crypto::secret<>(fmt::format("{}aA1!", crypto::random_token(24)))
    };
}

boost::json::object members_of(const probe_login& who)
{
    return {{"email", who.email}, {"password", who.password.reveal()}};
}

boost::json::object members_of_confirmed(const probe_login& who)
{
    auto out = members_of(who);
    out["email_confirm"] = true;
    return out;
}

/// A made user; `id` may be unknown when the answer was lost.
struct made_user
{
    std::string id;
    std::optional<crypto::secret<>> access_token{};
};

made_user user_in(const http::client_response& came)
{
    const auto said = object_of(came);
    made_user out;
    const auto* inner = said.if_contains("user");
    out.id = text_of(inner != nullptr && inner->is_object() ? inner->get_object() : said, "id");
    if (auto token = text_of(said, "access_token"); !token.empty())
        out.access_token = crypto::secret<>(std::move(token));
    return out;
}

/// What auth's `error_code` says about sign-ups in general; `none` when it is another failure.
obstacle obstacle_in(const http::client_response& came)
{
    const auto said = object_of(came);
    const auto code = text_of(said, "error_code");
    if (code == "signup_disabled" || code == "email_provider_disabled")
        return obstacle::switched_off;
    if (code == "email_address_invalid" || code == "email_address_not_authorized")
        return obstacle::address_refused;
    if (came.status == 429)
        return obstacle::limited;
    if (came.status >= 500 && text_of(said, "msg").starts_with("Error sending"))
        return obstacle::mail_not_sent;
    return obstacle::none;
}

/// The work on one probe user.
struct errand
{
    const gateway& on;
    probe_login who;
    probe_user_report report{};
    made_user user{};
    bool may_exist = false;     ///< a request that makes it was sent
    bool is_unanswered = false; ///< and no answer came: it may come to be later, too
};

io::task<result<>> create_by_administration(errand& e, io::deadline until)
{
    e.may_exist = true;
    e.report.how = made_by::administration;
    auto came = co_await e.on.send(
        {.method = http::client_method::post,
         .path = std::string(admin_users),
         .by = key::service,
         .body = json::to_text(members_of_confirmed(e.who))},
        until
    );
    e.is_unanswered = !came;
    if (!came)
        co_return fail(std::move(came).error().within("creating the probe user"));
    // A sign-up whose mail failed leaves its user behind in some versions: that one will do.
    if (text_of(object_of(*came), "error_code") == "email_exists")
        co_return result<>{};
    if (refusal_of(*came) != refusal::none)
        co_return fail(explain(*came, {"auth", key::service}));
    e.user = user_in(*came);
    co_return result<>{};
}

io::task<result<>> sign_up(errand& e, io::deadline until)
{
    e.may_exist = true;
    auto came = co_await e.on.send(
        {.method = http::client_method::post,
         .path = "/auth/v1/signup",
         .by = key::anon,
         .body = json::to_text(members_of(e.who))},
        until
    );
    e.is_unanswered = !came;
    if (!came)
        co_return fail(std::move(came).error().within("signing the probe user up"));
    e.report.obstacle = obstacle_in(*came);
    if (e.report.obstacle != obstacle::none)
        co_return co_await create_by_administration(e, until);
    if (refusal_of(*came) != refusal::none)
        co_return fail(explain(*came, {"auth", key::anon}));
    e.user = user_in(*came);
    e.report.how = e.user.access_token ? made_by::sign_up : made_by::sign_up_with_mail;
    co_return result<>{};
}

io::task<result<>> make(errand& e, io::deadline until)
{
    CO_TRY(co_await auth_administration(e.on, until)); // else the user could not be deleted again
    const auto settings = CO_TRY(co_await read_auth_settings(e.on, key::anon, until));
    if (settings.sign_up == auth_settings::sign_ups::open)
        co_return co_await sign_up(e, until);
    e.report.obstacle = obstacle::switched_off;
    co_return co_await create_by_administration(e, until);
}

/// A service that does not take what auth signs: nobody who is signed in gets anything of it.
error no_use_for_session(std::string_view service, int status)
{
    error out(
        condition::denied,
        fmt::format("{} does not take the token that auth made: it verifies with other keys", service),
        fmt::format(
            "auth signs with the key of JWT_KEYS where there is one: let {} verify by JWT_JWKS, which holds its public "
            "half, and deploy again",
            service
        )
    );
    out.http_status = status;
    return out;
}

/// Whether auth accepts the session that it has just made, and rest too.
io::task<result<>> look_at_session(errand& e, io::deadline until)
{
    auto came = co_await e.on.send({.path = "/auth/v1/user", .by = key::anon, .token = e.user.access_token}, until);
    if (!came)
        co_return fail(std::move(came).error().within("using the session of the probe user"));
    if (refusal_of(*came) != refusal::none)
        co_return fail(explain(*came, {"auth", key::anon}));
    auto rest =
        co_await e.on.send({.path = std::string(no_such_table), .by = key::anon, .token = e.user.access_token}, until);
    // Whether rest is well at all is asked by others.
    if (rest && refusal_of(*rest) == refusal::wrong_signature)
        co_return fail(no_use_for_session("rest", rest->status));
    co_return result<>{};
}

/// The id of the user by its address; empty when there is none.
io::task<result<std::string>> find_by_address(const errand& e, io::deadline until)
{
    const auto path =
        fmt::format("{}?page=1&per_page=50&filter={}", admin_users, e.who.email.substr(0, e.who.email.find('@')));
    auto came = co_await e.on.send({.path = path, .by = key::service}, until);
    if (!came)
        co_return fail(std::move(came).error().within("looking for the probe user"));
    if (refusal_of(*came) != refusal::none)
        co_return fail(explain(*came, {"auth", key::service}));
    const auto said = object_of(*came);
    const auto* users = said.if_contains("users");
    if (users == nullptr || !users->is_array())
        co_return std::string{};
    for (const auto& one : users->get_array())
        if (one.is_object() && text_of(one.get_object(), "email") == e.who.email)
            co_return text_of(one.get_object(), "id");
    co_return std::string{};
}

/// The same, asked again while the user may still come to be.
io::task<result<std::string>> wait_for_id(const errand& e, io::deadline until)
{
    constexpr std::chrono::milliseconds pause{300};
    for (;;) {
        auto id = CO_TRY(co_await find_by_address(e, until));
        if (!id.empty() || !e.is_unanswered || until.remaining() < pause)
            co_return id;
        CO_TRY(co_await io::sleep(pause));
    }
}

bool is_id(std::string_view text)
{
    return text.size() == 36 && text.find_first_not_of("0123456789abcdefABCDEF-") == std::string_view::npos;
}

io::task<result<>> remove(errand& e, io::deadline until)
{
    if (!e.may_exist)
        co_return result<>{};
    if (e.user.id.empty())
        e.user.id = CO_TRY(co_await wait_for_id(e, until));
    if (e.user.id.empty() && e.is_unanswered)
        co_return fail(
            condition::unavailable,
            "auth did not answer when it was made, and does not show it yet",
            "look for it in a minute"
        );
    if (e.user.id.empty())
        co_return result<>{};
    if (!is_id(e.user.id)) // foreign text, which becomes a path
        co_return fail(condition::unavailable, "auth gave the probe user an id that is none", "read the log of auth");
    auto came = co_await e.on.send(
        {.method = http::client_method::remove, .path = fmt::format("{}/{}", admin_users, e.user.id), .by = key::service
        },
        until
    );
    if (!came)
        co_return fail(std::move(came).error().within("deleting the probe user"));
    if (came->status != 404 && refusal_of(*came) != refusal::none)
        co_return fail(explain(*came, {"auth", key::service}));
    co_return result<>{};
}

error still_there(error why, std::string_view email)
{
    why.message = fmt::format("the user {} may stay behind: {}", email, why.message);
    why.hint = fmt::format("{}; then delete that user in Studio", why.hint);
    return why;
}

} // namespace

io::task<result<probe_user_report>>
sign_up_and_delete(const gateway& on, std::chrono::milliseconds to_delete, io::deadline until)
{
    errand e{.on = on, .who = new_login()};
    e.report.email = e.who.email;
    auto made = co_await make(e, until);
    if (made && e.user.access_token) {
        auto used = co_await look_at_session(e, until);
        if (!used)
            e.report.session = std::move(used).error();
    }
    auto removed = co_await remove(e, io::deadline::after(to_delete));
    if (!made && !removed)
        co_return fail(still_there(std::move(made).error(), e.who.email));
    if (!made)
        co_return fail(std::move(made).error());
    if (!removed)
        e.report.left_behind = still_there(std::move(removed).error(), e.who.email);
    co_return std::move(e.report);
}

} // namespace basekeeper::supabase
