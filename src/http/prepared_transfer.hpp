// One transfer in libcurl's terms, with everything that must live as long as it; private to the client.
#pragma once

#include "http/client.hpp"
#include "http/curl_library.hpp"

#include <array>
#include <memory>

namespace basekeeper::http {

/// Fields as libcurl takes them, wiped before they are freed: some are secrets.
class field_list
{
public:
    explicit field_list(const curl_library& curl) : curl_(curl) {}

    field_list(const field_list&) = delete;
    field_list& operator=(const field_list&) = delete;
    ~field_list();

    void add(std::string_view name, std::string_view value);

    /// Keeps libcurl from sending a field of its own.
    void leave_out(std::string_view name);

    /// A line as it is, for lists that are no fields.
    void add_line(std::string_view line);

    curl_slist* first() const { return first_; }

private:
    void append(const crypto::secret<>& line);

    const curl_library& curl_;
    curl_slist* first_ = nullptr;
};

/// The answer as it comes in.
struct receiving
{
    client_response answer{};
    std::size_t most_body = 0;
    std::size_t head_bytes = 0;
    bool too_long = false;
};

struct cleans_up
{
    const curl_library* curl;

    void operator()(CURL* easy) const { curl->easy_cleanup(easy); }
};

/// Everything that lives as long as one transfer.
struct prepared_transfer
{
    explicit prepared_transfer(const curl_library& curl)
        : fields(curl), connect_to(curl), easy(curl.easy_init(), cleans_up{&curl})
    {
        if (!easy)
            throw std::bad_alloc();
    }

    receiving in;
    field_list fields;
    field_list connect_to;
    std::array<char, CURL_ERROR_SIZE> said{};
    std::unique_ptr<CURL, cleans_up> easy; // last: its end may still look at the others
};

/// Sets everything on a new transfer. `what` and `s` must outlive it. Fails with unavailable when this libcurl cannot
/// pin keys: a request must not go out unverified.
result<> prepare(const curl_library& curl, prepared_transfer& to, const client_request& what, const client_settings& s);

} // namespace basekeeper::http
