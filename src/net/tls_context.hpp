// The certificate of a server and the rules of TLS it keeps.
#pragma once

#include "base/result.hpp"
#include "io/task.hpp"
#include "net/wire.hpp"

#include <memory>
#include <string>

namespace basekeeper::net {

/// PEM files, e.g. of Let's Encrypt: fullchain.pem and privkey.pem.
struct tls_files
{
    std::string certificate_chain; ///< the server's certificate first
    std::string private_key;       ///< not encrypted: nobody could type the passphrase
};

/// TLS 1.2 and 1.3 with forward secrecy and authenticated encryption only. Lives on the I/O thread.
class tls_context
{
public:
    /// Fails with not_found, denied or invalid_argument; the message names the file and what is wrong with it.
    static result<std::shared_ptr<tls_context>> load(tls_files files);

    ~tls_context();
    tls_context(const tls_context&) = delete;
    tls_context& operator=(const tls_context&) = delete;

    /// Reads the files again. When it fails, what was loaded before stays. Connections made already keep theirs.
    result<> reload();

    const tls_files& files() const { return files_; }

    /// The server's end of an encrypted connection; `handshake` comes first.
    std::unique_ptr<wire> wrap(io::executor where, open_socket connected) const;

private:
    struct loaded;
    tls_context(tls_files files, std::unique_ptr<loaded> first);

    static result<std::unique_ptr<loaded>> read(const tls_files& files);

    tls_files files_;
    std::unique_ptr<loaded> loaded_;
};

} // namespace basekeeper::net
