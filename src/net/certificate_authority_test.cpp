// Certificates of the authority, judged by OpenSSL's own verification.
#include "net/certificate_authority.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <cstdio>

namespace basekeeper::net {
namespace {

using certificate = std::unique_ptr<X509, decltype(&X509_free)>;

certificate read(const std::string& file)
{
    std::FILE* from = std::fopen(file.c_str(), "r");
    certificate out(PEM_read_X509(from, nullptr, nullptr, nullptr), X509_free);
    std::fclose(from);
    return out;
}

struct authority : testing::Test
{
    authority()
    {
        std::string name = std::filesystem::temp_directory_path() / "basekeeper-ca-XXXXXX";
        folder = ::mkdtemp(name.data());
        files = {.certificate_chain = folder / "chain.pem", .private_key = folder / "key.pem"};
    }

    ~authority() override { std::filesystem::remove_all(folder); }

    /// What verification says, `X509_V_OK` when it is good.
    int verdict() const
    {
        const auto root = read(folder / "ca.pem");
        const auto leaf = read(files.certificate_chain);
        const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> trusted(X509_STORE_new(), X509_STORE_free);
        X509_STORE_add_cert(trusted.get(), root.get());
        const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(
            X509_STORE_CTX_new(), X509_STORE_CTX_free
        );
        X509_STORE_CTX_init(context.get(), trusted.get(), leaf.get(), nullptr);
        X509_verify_cert(context.get());
        return X509_STORE_CTX_get_error(context.get());
    }

    std::filesystem::path folder;
    tls_files files;
};

TEST_F(authority, issues_what_its_own_certificate_vouches_for)
{
    const auto own = certificate_authority::create("a test", folder / "ca.pem");
    ASSERT_TRUE(own);
    ASSERT_TRUE(own->issue({"a.example.com", "b.example.com"}, certificate_term::current, files));
    EXPECT_EQ(verdict(), X509_V_OK);
    const auto leaf = read(files.certificate_chain);
    EXPECT_EQ(X509_check_host(leaf.get(), "b.example.com", 0, 0, nullptr), 1);
    EXPECT_EQ(X509_check_host(leaf.get(), "c.example.com", 0, 0, nullptr), 0);
    EXPECT_TRUE(tls_context::load(files));
}

TEST_F(authority, issues_what_is_over_when_told)
{
    const auto own = certificate_authority::create("a test", folder / "ca.pem");
    ASSERT_TRUE(own->issue({"a.example.com"}, certificate_term::expired, files));
    EXPECT_EQ(verdict(), X509_V_ERR_CERT_HAS_EXPIRED);
}

TEST_F(authority, issues_a_certificate_for_nobody)
{
    const auto own = certificate_authority::create("a test", folder / "ca.pem");
    ASSERT_TRUE(own->issue({}, certificate_term::current, files));
    EXPECT_TRUE(tls_context::load(files));
}

TEST_F(authority, tells_when_a_file_cannot_be_written)
{
    EXPECT_EQ(certificate_authority::create("a test", folder / "none" / "ca.pem").error().code, condition::unavailable);
}

} // namespace
} // namespace basekeeper::net
