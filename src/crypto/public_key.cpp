// Building public keys from their numbers, and checking RSA, ECDSA and Ed25519 signatures.
#include "crypto/public_key.hpp"

#include "crypto/openssl.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <vector>

namespace basekeeper::crypto::openssl {
namespace {

constexpr int least_rsa_bits = 2'048; // RFC 7518 section 3.3
constexpr int most_rsa_bits = 8'192;  // beyond, one check takes milliseconds
constexpr int most_exponent_bits = 64;
constexpr std::size_t coordinate_bytes = 32;

struct part_releaser
{
    void operator()(BIGNUM* p) const noexcept { BN_free(p); }

    void operator()(OSSL_PARAM_BLD* p) const noexcept { OSSL_PARAM_BLD_free(p); }

    void operator()(OSSL_PARAM* p) const noexcept { OSSL_PARAM_free(p); }

    void operator()(EVP_PKEY_CTX* p) const noexcept { EVP_PKEY_CTX_free(p); }

    void operator()(ECDSA_SIG* p) const noexcept { ECDSA_SIG_free(p); }
};

template <class T>
using part = std::unique_ptr<T, part_releaser>;

struct secret_releaser
{
    void operator()(BIGNUM* p) const noexcept { BN_clear_free(p); }
};

using secret_number = std::unique_ptr<BIGNUM, secret_releaser>;

/// What a foreign key or signature made OpenSSL complain about is not ours to keep.
class forgets_errors
{
public:
    forgets_errors() = default;
    forgets_errors(const forgets_errors&) = delete;
    forgets_errors& operator=(const forgets_errors&) = delete;

    ~forgets_errors() { ERR_clear_error(); }
};

part<BIGNUM> number(std::span<const std::byte> bytes)
{
    part<BIGNUM> out(BN_bin2bn(raw(bytes.data()), static_cast<int>(bytes.size()), nullptr));
    require(out != nullptr, "BN_bin2bn");
    return out;
}

/// The key that the parameters describe; null when they describe none.
public_key made_of(const char* kind, OSSL_PARAM_BLD* parameters, int halves = EVP_PKEY_PUBLIC_KEY)
{
    const part<OSSL_PARAM> list(OSSL_PARAM_BLD_to_param(parameters));
    require(list != nullptr, "OSSL_PARAM_BLD_to_param");
    const part<EVP_PKEY_CTX> maker(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
    require(maker != nullptr && EVP_PKEY_fromdata_init(maker.get()) == 1, "EVP_PKEY_fromdata_init");
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata(maker.get(), &key, halves, list.get()) != 1)
        return nullptr;
    return public_key(key);
}

/// Uncompressed; empty when the coordinates have not their full length, zeros included (RFC 7518 section 6.2.1.2).
std::vector<std::byte> point_of(std::span<const std::byte> x, std::span<const std::byte> y)
{
    std::vector<std::byte> point;
    if (x.size() != coordinate_bytes || y.size() != coordinate_bytes)
        return point;
    point.push_back(std::byte{4});
    point.insert(point.end(), x.begin(), x.end());
    point.insert(point.end(), y.begin(), y.end());
    return point;
}

/// `point` must outlive them: they do not copy it.
part<OSSL_PARAM_BLD> parameters_of(const std::vector<std::byte>& point)
{
    part<OSSL_PARAM_BLD> parameters(OSSL_PARAM_BLD_new());
    require(
        parameters != nullptr &&
            OSSL_PARAM_BLD_push_utf8_string(parameters.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1 &&
            OSSL_PARAM_BLD_push_octet_string(parameters.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) ==
                1,
        "OSSL_PARAM_BLD_push_octet_string"
    );
    return parameters;
}

/// A signature of ECDSA as OpenSSL wants it: the JOSE form is the two numbers side by side.
std::vector<unsigned char> der_of(std::span<const std::byte> signature)
{
    const part<ECDSA_SIG> numbers(ECDSA_SIG_new());
    require(numbers != nullptr, "ECDSA_SIG_new");
    auto r = number(signature.first(coordinate_bytes));
    auto s = number(signature.subspan(coordinate_bytes));
    require(ECDSA_SIG_set0(numbers.get(), r.get(), s.get()) == 1, "ECDSA_SIG_set0");
    static_cast<void>(r.release()); // now owned by `numbers`
    static_cast<void>(s.release());
    std::vector<unsigned char> der(static_cast<std::size_t>(i2d_ECDSA_SIG(numbers.get(), nullptr)));
    auto* end = der.data();
    i2d_ECDSA_SIG(numbers.get(), &end);
    return der;
}

} // namespace

public_key rsa_key(std::span<const std::byte> n, std::span<const std::byte> e)
{
    const forgets_errors tidy;
    if (n.size() > 2 * most_rsa_bits / 8 || e.size() > n.size())
        return nullptr;
    const auto modulus = number(n);
    const auto exponent = number(e);
    const int bits = BN_num_bits(modulus.get());
    if (bits < least_rsa_bits || bits > most_rsa_bits || BN_is_odd(modulus.get()) == 0 ||
        BN_is_odd(exponent.get()) == 0 || BN_is_one(exponent.get()) != 0 ||
        BN_num_bits(exponent.get()) > most_exponent_bits)
        return nullptr;
    const part<OSSL_PARAM_BLD> parameters(OSSL_PARAM_BLD_new());
    require(
        parameters != nullptr && OSSL_PARAM_BLD_push_BN(parameters.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) == 1 &&
            OSSL_PARAM_BLD_push_BN(parameters.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) == 1,
        "OSSL_PARAM_BLD_push_BN"
    );
    return made_of("RSA", parameters.get());
}

public_key p256_key(std::span<const std::byte> x, std::span<const std::byte> y)
{
    const forgets_errors tidy;
    const auto point = point_of(x, y);
    if (point.empty())
        return nullptr;
    auto key = made_of("EC", parameters_of(point).get());
    if (key == nullptr)
        return nullptr;
    const part<EVP_PKEY_CTX> check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    require(check != nullptr, "EVP_PKEY_CTX_new_from_pkey");
    return EVP_PKEY_public_check(check.get()) == 1 ? std::move(key) : nullptr;
}

public_key p256_pair(std::span<const std::byte> x, std::span<const std::byte> y, std::span<const std::byte> d)
{
    const forgets_errors tidy;
    const auto point = point_of(x, y);
    if (point.empty() || d.size() != coordinate_bytes)
        return nullptr;
    const auto parameters = parameters_of(point);
    const secret_number half(BN_bin2bn(raw(d.data()), static_cast<int>(d.size()), nullptr));
    require(
        half != nullptr && OSSL_PARAM_BLD_push_BN(parameters.get(), OSSL_PKEY_PARAM_PRIV_KEY, half.get()) == 1,
        "OSSL_PARAM_BLD_push_BN"
    );
    auto key = made_of("EC", parameters.get(), EVP_PKEY_KEYPAIR);
    if (key == nullptr)
        return nullptr;
    const part<EVP_PKEY_CTX> check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    require(check != nullptr, "EVP_PKEY_CTX_new_from_pkey");
    return EVP_PKEY_check(check.get()) == 1 ? std::move(key) : nullptr;
}

public_key ed25519_key(std::span<const std::byte> x)
{
    const forgets_errors tidy;
    return public_key(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, raw(x.data()), x.size()));
}

bool is_signed(EVP_PKEY* key, jwt_algorithm a, std::string_view text, std::span<const std::byte> signature)
{
    const forgets_errors tidy;
    std::vector<unsigned char> der;
    const auto* bytes = raw(signature.data());
    auto size = signature.size();
    if (a == jwt_algorithm::es256) {
        if (signature.size() != 2 * coordinate_bytes)
            return false;
        der = der_of(signature);
        bytes = der.data();
        size = der.size();
    }
    const owner<EVP_MD_CTX> check(EVP_MD_CTX_new());
    require(check != nullptr, "EVP_MD_CTX_new");
    EVP_PKEY_CTX* how = nullptr; // owned by `check`
    const char* digest = a == jwt_algorithm::eddsa ? nullptr : "SHA256";
    require(
        EVP_DigestVerifyInit_ex(check.get(), &how, digest, nullptr, nullptr, key, nullptr) == 1,
        "EVP_DigestVerifyInit_ex"
    );
    if (a == jwt_algorithm::ps256)
        require(
            EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) == 1 &&
                EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST) == 1, // RFC 7518 section 3.5
            "EVP_PKEY_CTX_set_rsa_padding"
        );
    return EVP_DigestVerify(check.get(), bytes, size, raw(bytes_of(text).data()), text.size()) == 1;
}

} // namespace basekeeper::crypto::openssl
