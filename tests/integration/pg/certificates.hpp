// A certificate authority of one test: makes server certificates with the program openssl in a folder of its own.
#pragma once

#include "support/postgres_server.hpp"

#include <filesystem>
#include <string>

namespace basekeeper::test {

/// How long a certificate is good for.
enum class validity
{
    now,
    expired
};

/// Keys and certificates live as long as the object. Throws std::runtime_error with openssl's words when it fails.
class certificate_authority
{
public:
    certificate_authority();
    ~certificate_authority();
    certificate_authority(const certificate_authority&) = delete;
    certificate_authority& operator=(const certificate_authority&) = delete;

    /// The PEM file that clients name in sslrootcert.
    std::string root_file() const { return (folder_ / "root.pem").string(); }

    /// A certificate for one DNS name, signed by this authority.
    server_certificate issue(const std::string& dns_name, validity good = validity::now) const;

private:
    std::filesystem::path folder_;
};

} // namespace basekeeper::test
