// A real mail server for one test, run by Node.js, with a certificate for mail.test.
#pragma once

#include "clients/smtp/check.hpp"
#include "support/certificates.hpp"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace basekeeper::smtp {

/// A folder with `authority.pem`, which signed `certificate.pem` (with `key.pem`) for mail.test.
class certificate_folder
{
public:
    explicit certificate_folder(const test::certificate_plan& of = {.name = "mail.test"});
    certificate_folder(const certificate_folder&) = delete;
    certificate_folder& operator=(const certificate_folder&) = delete;
    ~certificate_folder();

    std::filesystem::path path;
};

class mail_server
{
public:
    /// `options` as members of a JSON object, see tests/npm/mail_server.mjs: `"hideStarttls": true`.
    explicit mail_server(const certificate_folder& with, const std::string& options = {});
    mail_server(const mail_server&) = delete;
    mail_server& operator=(const mail_server&) = delete;
    ~mail_server();

    std::uint16_t port() const { return port_; }

    /// What it was asked so far, a line each, once it has said so.
    std::string asked_until(const std::string& mark) const;

private:
    std::filesystem::path log_;
    ::pid_t pid_;
    std::uint16_t port_ = 0;
};

/// The account that the server knows, at mail.test, reached at `port` of this machine.
smtp_account account_at(std::uint16_t port, const certificate_folder& trusted, std::uint16_t as_port = 587);

/// Asks on an event loop of its own.
result<smtp_report> ask(const smtp_account& account, std::chrono::milliseconds within = std::chrono::seconds{10});

} // namespace basekeeper::smtp
