// Starts Node.js, reads its log until the port is there, ends it with the test.
#include "mail_server.hpp"

#include "support/run_task.hpp"
#include "support/server_process.hpp"

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <thread>

namespace basekeeper::smtp {
namespace {

using namespace std::chrono_literals;

/// A name that no other server of that folder has.
std::filesystem::path new_log(const std::filesystem::path& folder)
{
    auto name = (folder / "log-XXXXXX").string();
    const int fd = ::mkstemp(name.data());
    if (fd < 0)
        throw std::runtime_error("cannot make " + name);
    ::close(fd);
    return name;
}

std::string log_until(const std::filesystem::path& log, const std::string& mark)
{
    for (int i = 0; i < 1'000; ++i) {
        auto text = test::content(log);
        if (text.contains(mark))
            return text;
        std::this_thread::sleep_for(10ms);
    }
    throw std::runtime_error("the mail server did not say " + mark + ", but: " + test::content(log));
}

} // namespace

certificate_folder::certificate_folder(const test::certificate_plan& of)
{
    std::string name = std::filesystem::temp_directory_path() / "basekeeper-smtp-XXXXXX";
    path = ::mkdtemp(name.data());
    const auto authority = test::make_certificate({.name = "Test Authority", .authority = true});
    test::write_certificate({authority}, path / "authority.pem", path / "authority-key.pem");
    test::write_certificate({test::make_certificate(of, &authority)}, path / "certificate.pem", path / "key.pem");
}

certificate_folder::~certificate_folder()
{
    std::filesystem::remove_all(path);
}

mail_server::mail_server(const certificate_folder& with, const std::string& options) : log_(new_log(with.path))
{
    const auto all = fmt::format(
        R"({{"certificate": "{}", "key": "{}"{}{}}})",
        (with.path / "certificate.pem").string(),
        (with.path / "key.pem").string(),
        options.empty() ? "" : ", ",
        options
    );
    pid_ = test::start_program({BASEKEEPER_NODE, BASEKEEPER_MAIL_SERVER, all}, log_, {});
    const auto text = log_until(log_, "\n");
    port_ = static_cast<std::uint16_t>(std::stoi(text.substr(text.find("port ") + 5)));
}

mail_server::~mail_server()
{
    ::kill(pid_, SIGKILL);
    test::wait_for_end(pid_);
}

std::string mail_server::asked_until(const std::string& mark) const
{
    const auto text = log_until(log_, mark);
    return text.substr(text.find('\n') + 1);
}

smtp_account account_at(std::uint16_t port, const certificate_folder& trusted, std::uint16_t as_port)
{
    return {
        .host = "mail.test",
        .port = as_port,
        .user = "shop",
        .password = crypto::secret<>(std::string("p\xC3\xA4ssword of the shop")),
        .sender = "orders@shop.test",
        .certificates = trusted.path / "authority.pem",
        .connect_to = net::host_and_port{"127.0.0.1", port}
    };
}

result<smtp_report> ask(const smtp_account& account, std::chrono::milliseconds within)
{
    const auto body = [&](io::runtime& on) -> io::task<result<smtp_report>> {
        co_return co_await check_mail_server(on.executor(), on.pool(), account, io::deadline::after(within));
    };
    return test::run_on_fresh_runtime(body);
}

} // namespace basekeeper::smtp
