// The conversation, step by step; it ends at the first refusal.
#include "clients/smtp/check.hpp"

#include "clients/smtp/command.hpp"
#include "clients/smtp/refusal.hpp"
#include "net/client_connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace basekeeper::smtp {
namespace {

constexpr std::uint16_t encrypted_port = 465; // RFC 8314

/// What the mail library of Supabase Auth says too.
constexpr std::string_view own_name = "localhost";

crypto::secret<> words(std::string_view text)
{
    return crypto::secret<>(std::string(text));
}

class conversation
{
public:
    conversation(net::client_connection with, const smtp_account& as, io::deadline end)
        : line_(std::move(with)), account_(as), until_(end)
    {}

    io::task<result<smtp_report>> run();

private:
    io::task<result<reply>> hear(step at, std::string_view shown);
    io::task<result<reply>> ask(step at, std::string_view shown, crypto::secret<> command);
    io::task<result<>> greet();
    io::task<result<>> encrypt();
    io::task<result<>> begin_encrypted();
    io::task<result<>> log_in();
    io::task<result<>> log_in_plain();
    io::task<result<>> log_in_stepwise();
    io::task<result<>> name_sender();
    result<> check_may_log_in() const;

    net::client_connection line_;
    const smtp_account& account_;
    io::deadline until_;
    reply_reader in_;
    extensions offers_;
    smtp_report report_;
};

/// The next reply, whatever it says.
io::task<result<reply>> conversation::hear(step at, std::string_view shown)
{
    std::array<char, 4'096> buffer{};
    for (;;) {
        auto complete = in_.next();
        if (!complete)
            co_return fail(broken_off(at, std::move(complete).error(), account_));
        if (*complete) {
            report_.steps.push_back({std::string(shown), (*complete)->code, redacted((*complete)->text(), account_)});
            co_return **std::move(complete);
        }
        auto got = co_await line_.read_some(buffer, until_);
        if (!got)
            co_return fail(broken_off(at, std::move(got).error(), account_));
        if (*got == 0)
            co_return fail(broken_off(
                at,
                error(
                    condition::unavailable,
                    "the server closed the connection",
                    "check host and port (587, or 465 for encryption from the first byte), and try again later"
                ),
                account_
            ));
        in_.feed({buffer.data(), *got});
    }
}

io::task<result<reply>> conversation::ask(step at, std::string_view shown, crypto::secret<> command)
{
    const auto most = at == step::login ? longest_login : longest_command;
    const auto line = CO_TRY(command_line(command, most));
    auto sent = co_await line_.write_all(line.reveal(), until_);
    if (!sent)
        co_return fail(broken_off(at, std::move(sent).error(), account_));
    co_return co_await hear(at, shown);
}

io::task<result<>> conversation::greet()
{
    const auto answer = CO_TRY(co_await ask(step::hello, "EHLO", words(fmt::format("EHLO {}", own_name))));
    if (!answer.positive())
        co_return fail(refusal(step::hello, answer, account_));
    offers_ = extensions_of(answer);
    report_.extensions = offers_.all;
    co_return result<>{};
}

error untrusted(const smtp_account& account, const net::peer_certificate& shown)
{
    error e(
        condition::denied,
        fmt::format("the certificate of the mail server {} is not trusted: {}", account.host, shown.why),
        "set SMTP_HOST to a name that the certificate is made for"
    );
    if (!std::ranges::count(shown.problems, net::certificate_problem::wrong_host))
        e.hint =
            "have the mail server show a valid certificate of a public authority, with the certificates in between";
    e.server_text = fmt::format("certificate of {}", shown.subject);
    for (const auto& name : shown.names)
        if (e.server_text.size() < 512)
            e.server_text += fmt::format(", {}", name);
    return e;
}

io::task<result<>> conversation::begin_encrypted()
{
    auto shown = co_await line_.start_tls(account_.host, {account_.certificates}, until_);
    if (!shown)
        co_return fail(broken_off(step::tls, std::move(shown).error(), account_));
    if (!shown->trusted())
        co_return fail(untrusted(account_, *shown));
    report_.encrypted = true;
    report_.tls_version = line_.tls_version();
    report_.certificate = *std::move(shown);
    report_.steps.push_back({std::string(name_of(step::tls)), 0, {}});
    co_return result<>{};
}

io::task<result<>> conversation::encrypt()
{
    const auto answer = CO_TRY(co_await ask(step::starttls, "STARTTLS", words("STARTTLS")));
    if (!answer.positive())
        co_return fail(refusal(step::starttls, answer, account_));
    // What came before the encryption may be from somebody in between, and would be taken for what comes after.
    if (in_.has_more())
        co_return fail(
            condition::denied,
            "the mail server said more than its consent before the encryption began",
            "somebody may be in between: set SMTP_PORT to 465, or use another network"
        );
    CO_TRY(co_await begin_encrypted());
    co_return co_await greet(); // what was offered without encryption does not count (RFC 3207 section 4.2)
}

result<> conversation::check_may_log_in() const
{
    if (!line_.is_encrypted() && !net::is_loopback_host(account_.host))
        return fail(
            condition::denied,
            fmt::format("the mail server {} offers no encryption on port {}", account_.host, account_.port),
            "set SMTP_PORT to 465, or to 587 where STARTTLS is offered: the password would be readable on the way"
        );
    if (offers_.login_methods.empty())
        return fail(
            condition::conflict,
            fmt::format("the mail server {} offers no login on port {}", account_.host, account_.port),
            "set SMTP_PORT to 587 or 465; or leave SMTP_USER empty where no login is needed"
        );
    return {};
}

io::task<result<>> conversation::log_in_plain()
{
    const auto initial = plain_login(account_);
    const auto command =
        crypto::secret<>::filled_by([&](std::string& into) { into = fmt::format("AUTH PLAIN {}", initial.reveal()); });
    const auto answer = CO_TRY(co_await ask(step::login, "AUTH PLAIN", command));
    if (answer.code != 235)
        co_return fail(refusal(step::login, answer, account_));
    report_.login_method = "PLAIN";
    co_return result<>{};
}

io::task<result<>> conversation::log_in_stepwise()
{
    auto answer = CO_TRY(co_await ask(step::login, "AUTH LOGIN", words("AUTH LOGIN")));
    for (const auto& part : {base64(crypto::secret<>(account_.user)), base64(account_.password)}) {
        if (answer.code != 334)
            co_return fail(refusal(step::login, answer, account_));
        answer = CO_TRY(co_await ask(step::login, "AUTH LOGIN", part));
    }
    if (answer.code != 235)
        co_return fail(refusal(step::login, answer, account_));
    report_.login_method = "LOGIN";
    co_return result<>{};
}

io::task<result<>> conversation::log_in()
{
    if (account_.user.empty())
        co_return result<>{};
    CO_TRY(check_may_log_in());
    const auto offered = [&](std::string_view method) {
        return std::ranges::find(offers_.login_methods, method) != offers_.login_methods.end();
    };
    if (offered("PLAIN"))
        co_return co_await log_in_plain();
    if (offered("LOGIN"))
        co_return co_await log_in_stepwise();
    co_return fail(
        condition::conflict,
        fmt::format("the mail server {} offers neither AUTH PLAIN nor AUTH LOGIN", account_.host),
        "use a mail provider that takes user and password"
    );
}

io::task<result<>> conversation::name_sender()
{
    const auto answer =
        CO_TRY(co_await ask(step::sender, "MAIL FROM", words(fmt::format("MAIL FROM:<{}>", account_.sender))));
    if (!answer.positive())
        co_return fail(refusal(step::sender, answer, account_));
    const auto taken_back = CO_TRY(co_await ask(step::reset, "RSET", words("RSET")));
    if (!taken_back.positive())
        co_return fail(refusal(step::reset, taken_back, account_));
    co_return result<>{};
}

io::task<result<smtp_report>> conversation::run()
{
    if (account_.port == encrypted_port)
        CO_TRY(co_await begin_encrypted());
    const auto banner = CO_TRY(co_await hear(step::banner, name_of(step::banner)));
    if (banner.code != 220)
        co_return fail(refusal(step::banner, banner, account_));
    CO_TRY(co_await greet());
    if (!line_.is_encrypted() && offers_.starttls)
        CO_TRY(co_await encrypt());
    CO_TRY(co_await log_in());
    CO_TRY(co_await name_sender());
    // All is known by now: a server that does not say goodbye is fine.
    static_cast<void>(co_await ask(step::quit, "QUIT", words("QUIT")));
    co_return std::move(report_);
}

} // namespace

io::task<result<smtp_report>>
check_mail_server(io::executor where, io::offload_pool& threads, smtp_account account, io::deadline until)
{
    CO_TRY(check_account(account));
    auto to = account.connect_to.value_or(net::host_and_port{account.host, account.port});
    auto opened = co_await net::client_connection::open(std::move(where), threads, std::move(to), until);
    if (!opened)
        co_return fail(broken_off(step::connect, std::move(opened).error(), account));
    conversation c(*std::move(opened), account, until);
    co_return co_await c.run();
}

} // namespace basekeeper::smtp
