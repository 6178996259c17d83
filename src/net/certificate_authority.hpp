// A certificate authority of one process, for servers that only programs of this machine are told to trust.
#pragma once

#include "base/result.hpp"
#include "net/tls_context.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace basekeeper::net {

/// How long a certificate is good.
enum class certificate_term
{
    current, ///< for the next thirty days
    expired  ///< until yesterday
};

class certificate_authority
{
public:
    /// A new authority with a key of its own, whose certificate is written to `certificate_file`. Fails with
    /// unavailable when the file cannot be written.
    static result<certificate_authority> create(const std::string& name, const std::filesystem::path& certificate_file);

    ~certificate_authority();
    certificate_authority(certificate_authority&&) noexcept;
    certificate_authority& operator=(certificate_authority&&) noexcept;

    /// Writes a certificate for these names, and its key, into two files; what they held is replaced. The first name
    /// may be of no host.
    result<> issue(const std::vector<std::string>& hosts, certificate_term term, const tls_files& into) const;

private:
    struct parts;
    explicit certificate_authority(std::unique_ptr<parts> made);
    std::unique_ptr<parts> parts_;
};

} // namespace basekeeper::net
