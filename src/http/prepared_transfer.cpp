// Options of a transfer, its header fields, and its answer collected within bounds.
#include "http/prepared_transfer.hpp"

#include "base/version.hpp"
#include "http/retry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <new>
#include <span>
#include <utility>

namespace basekeeper::http {
namespace {

/// More head than any service sends.
constexpr std::size_t most_head_bytes = std::size_t{256} << 10U;

const char* name_of(client_method m)
{
    switch (m) {
    case client_method::get:
        return "GET";
    case client_method::head:
        return "HEAD";
    case client_method::post:
        return "POST";
    case client_method::put:
        return "PUT";
    case client_method::patch:
        return "PATCH";
    case client_method::remove:
        break;
    }
    return "DELETE";
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* to)
{
    auto& in = *static_cast<receiving*>(to);
    if (size > in.most_body - in.answer.body.size()) {
        in.too_long = true;
        return CURL_WRITEFUNC_ERROR;
    }
    in.answer.body.append(data, size);
    return size;
}

std::size_t on_head_line(char* data, std::size_t, std::size_t size, void* to)
{
    auto& in = *static_cast<receiving*>(to);
    std::string_view line(data, size);
    in.head_bytes += size;
    if (in.head_bytes > most_head_bytes) {
        in.too_long = true;
        return CURL_WRITEFUNC_ERROR;
    }
    if (line.starts_with("HTTP/")) {
        in.answer.headers.clear(); // of an answer before this one: 1xx, a redirect, a proxy
        return size;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos)
        return size;
    constexpr std::string_view blanks = " \t\r\n";
    auto value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(blanks), value.size()));
    value = value.substr(0, value.find_last_not_of(blanks) + 1);
    in.answer.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
    return size;
}

void set_safety(const curl_library& curl, CURL* easy, const client_request& what, const client_settings& s)
{
    for (const auto& [which, value] : std::initializer_list<std::pair<CURLoption, long>>{
             {CURLOPT_SSL_VERIFYPEER, 1L},
             {CURLOPT_SSL_VERIFYHOST, 2L},
             {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
             {CURLOPT_NOSIGNAL, 1L},
             {CURLOPT_NETRC, CURL_NETRC_IGNORED},
             {CURLOPT_QUICK_EXIT, 1L}, // an abandoned name lookup must not block the I/O thread
             {CURLOPT_FOLLOWLOCATION, what.on_redirect == redirects::followed ? 1L : 0L},
             {CURLOPT_MAXREDIRS, 5L},
             {CURLOPT_UNRESTRICTED_AUTH, 0L},
             {CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(s.connect_timeout.count())},
         })
        curl.easy_setopt(easy, which, value);
    curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    // Never from an encrypted connection to a plain one.
    curl.easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, what.url.starts_with("https://") ? "https" : "http,https");
    if (!s.certificates.empty())
        curl.easy_setopt(easy, CURLOPT_CAINFO, s.certificates.c_str());
}

/// Another address, and the key that its server must have.
result<> set_target(const curl_library& curl, prepared_transfer& to, const client_request& what)
{
    auto* easy = to.easy.get();
    if (what.reach) {
        to.connect_to.add_line(fmt::format("::{}", *what.reach));
        curl.easy_setopt(easy, CURLOPT_CONNECT_TO, to.connect_to.first());
        curl.easy_setopt(easy, CURLOPT_PROXY, ""); // it would be the proxy that looks for the address
    }
    if (what.pin.empty())
        return {};
    if (curl.easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, what.pin.c_str()) != CURLE_OK)
        return fail(
            condition::unavailable,
            "the libcurl of this machine cannot verify pinned keys",
            "install the one with OpenSSL: `apt install libcurl4`"
        );
    curl.easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl.easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    return {};
}

void set_request(const curl_library& curl, prepared_transfer& to, const client_request& what)
{
    auto* easy = to.easy.get();
    for (const auto& h : what.headers)
        to.fields.add(h.name, h.value);
    for (const auto& h : what.secrets)
        to.fields.add(h.name, h.value.reveal());
    if (!what.traceparent.empty())
        to.fields.add("traceparent", what.traceparent);
    to.fields.leave_out("Expect"); // no round trip before a body
    curl.easy_setopt(easy, CURLOPT_URL, what.url.c_str());
    curl.easy_setopt(easy, CURLOPT_USERAGENT, fmt::format("{}/{}", product_name, product_version).c_str());
    const bool has_body = !what.body.empty() || what.method == client_method::post ||
                          what.method == client_method::put || what.method == client_method::patch;
    if (what.method == client_method::head) {
        curl.easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (has_body) {
        curl.easy_setopt(easy, CURLOPT_POST, 1L);
        curl.easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(what.body.size()));
        curl.easy_setopt(easy, CURLOPT_POSTFIELDS, what.body.data()); // not copied: `what` outlives the transfer
    }
    // When a connection that was used before closes without a word, libcurl sends the request again on another,
    // whatever its method: what must not happen twice gets a connection of its own.
    if (what.method != client_method::get && what.method != client_method::head && !is_repeatable(what))
        curl.easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    // Only where libcurl would not choose it by itself: it would keep the name across redirects.
    if (what.method != client_method::get && what.method != client_method::head)
        curl.easy_setopt(easy, CURLOPT_CUSTOMREQUEST, name_of(what.method));
    curl.easy_setopt(easy, CURLOPT_HTTPHEADER, to.fields.first());
}

void set_answer(const curl_library& curl, prepared_transfer& to, std::size_t most_body)
{
    auto* easy = to.easy.get();
    to.in.most_body = most_body;
    curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
    curl.easy_setopt(easy, CURLOPT_WRITEDATA, &to.in);
    curl.easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_head_line);
    curl.easy_setopt(easy, CURLOPT_HEADERDATA, &to.in);
    curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, to.said.data());
}

} // namespace

field_list::~field_list()
{
    for (auto* each = first_; each != nullptr; each = each->next)
        crypto::wipe(std::as_writable_bytes(std::span(each->data, std::strlen(each->data))));
    curl_.slist_free_all(first_);
}

void field_list::add(std::string_view name, std::string_view value)
{
    // libcurl reads "name:" as "leave it out"; an empty field is written with a semicolon.
    append(crypto::secret<>(value.empty() ? fmt::format("{};", name) : fmt::format("{}: {}", name, value)));
}

void field_list::leave_out(std::string_view name)
{
    append(crypto::secret<>(fmt::format("{}:", name)));
}

void field_list::add_line(std::string_view line)
{
    append(crypto::secret<>(std::string(line)));
}

void field_list::append(const crypto::secret<>& line)
{
    auto* longer = curl_.slist_append(first_, line.reveal().c_str());
    if (longer == nullptr)
        throw std::bad_alloc();
    first_ = longer;
}

result<> prepare(const curl_library& curl, prepared_transfer& to, const client_request& what, const client_settings& s)
{
    set_safety(curl, to.easy.get(), what, s);
    set_request(curl, to, what);
    set_answer(curl, to, what.max_body_bytes);
    return set_target(curl, to, what);
}

} // namespace basekeeper::http
