// From OpenSSL's certificate and findings to ours; included by the sources of this module only.
#pragma once

#include "net/peer_certificate.hpp"

#include <openssl/x509.h>

#include <string>
#include <vector>

namespace basekeeper::net {

/// One thing that OpenSSL's verification stumbled over.
struct verification_finding
{
    int code = 0;  ///< X509_V_ERR_…
    int depth = 0; ///< 0 is the server's own certificate
};

/// `host` as it was asked for.
peer_certificate facts_of(X509* shown, const std::string& host, const std::vector<verification_finding>& findings);

} // namespace basekeeper::net
