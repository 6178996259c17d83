// Reading keys from text and files, and changing a key file without ever leaving half of one.
#include "state/master_key.hpp"

#include "crypto/encoding.hpp"
#include "crypto/random.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace basekeeper::state {
namespace {

constexpr std::string_view heading =
    "# Master key of basekeeper. Whoever has it can read the stored secrets; without it nobody can. Keep a copy.\n";
constexpr std::size_t longest_file_bytes = 4'096;

/// A descriptor that closes itself.
class opened_file
{
public:
    explicit opened_file(int fd) : fd_(fd) {}

    ~opened_file()
    {
        if (fd_ >= 0)
            ::close(fd_);
    }

    opened_file(const opened_file&) = delete;
    opened_file& operator=(const opened_file&) = delete;

    int fd() const { return fd_; }

private:
    int fd_;
};

std::unexpected<error> file_failure(const std::filesystem::path& file, std::string_view doing, int code)
{
    return fail(
        code == ENOENT ? condition::not_found : condition::denied,
        fmt::format("{} the master key file {}: {}", doing, file.string(), std::strerror(code)),
        code == ENOENT
            ? fmt::format("restore {} from a backup, or name its place with BASEKEEPER_KEY_FILE", file.string())
            : fmt::format("check the owner and the permissions of {}", file.string())
    );
}

result<crypto::key256> key_of_text(std::string_view text, std::string_view from)
{
    using key_bytes = crypto::secret<std::vector<std::byte>>;
    auto decoded = text.size() == 64 ? crypto::from_hex(text) : crypto::from_base64(text);
    if (decoded) {
        const key_bytes bytes(*std::move(decoded));
        if (auto key = crypto::key_from(bytes.reveal()))
            return key;
    }
    return fail(
        condition::invalid_argument,
        fmt::format("{} does not hold a key of 32 bytes in base64 or hex", from),
        "make one with: openssl rand -base64 32"
    );
}

result<crypto::secret<>> file_content(const std::filesystem::path& file)
{
    const opened_file in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (in.fd() < 0)
        return file_failure(file, "reading", errno);
    struct stat about{};
    if (::fstat(in.fd(), &about) != 0)
        return file_failure(file, "reading", errno);
    if (!S_ISREG(about.st_mode) || (about.st_mode & 077U) != 0)
        return fail(
            condition::denied,
            fmt::format("the master key file {} can be used by others", file.string()),
            fmt::format("make it a file of your own: chmod 600 {}", file.string())
        );
    std::string text(longest_file_bytes, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const auto n = ::read(in.fd(), text.data() + size, text.size() - size);
        if (n < 0 && errno != EINTR) {
            const int code = errno;
            crypto::wipe(std::as_writable_bytes(std::span(text)));
            return file_failure(file, "reading", code);
        }
        if (n == 0)
            break;
        size += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    text.resize(size);
    return crypto::secret<>(std::move(text));
}

/// Newest first.
result<std::vector<crypto::key256>> keys_of_file(const std::filesystem::path& file)
{
    const auto content = TRY(file_content(file));
    std::string_view rest = content.reveal();
    std::vector<crypto::key256> keys;
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        const auto line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (line.empty() || line.starts_with('#'))
            continue;
        keys.insert(keys.begin(), TRY(key_of_text(line, fmt::format("the master key file {}", file.string()))));
    }
    if (keys.empty())
        return fail(
            condition::invalid_argument,
            fmt::format("the master key file {} holds no key", file.string()),
            fmt::format("restore {} from a backup", file.string())
        );
    return keys;
}

/// Writes the keys, given newest first, to a new file beside `file` and returns its name; it is on the disk then.
result<std::filesystem::path> write_beside(const std::filesystem::path& file, const std::vector<crypto::key256>& keys)
{
    const auto beside = file.parent_path() / fmt::format(".{}.{}", file.filename().string(), crypto::random_token(9));
    std::string text;
    text.reserve(longest_file_bytes); // never grows, so no copy of a key is left behind
    text += heading;
    for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
        const crypto::secret<> line(crypto::to_base64(key->reveal()));
        text += line.reveal();
        text += '\n';
    }
    const crypto::secret<> content(std::move(text));
    const opened_file out(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (out.fd() < 0)
        return file_failure(file, "writing", errno);
    const auto& bytes = content.reveal();
    const auto written = ::write(out.fd(), bytes.data(), bytes.size());
    if (!std::cmp_equal(written, bytes.size()) || ::fsync(out.fd()) != 0) {
        const int code = written >= 0 && errno == 0 ? ENOSPC : errno;
        ::unlink(beside.c_str());
        return file_failure(file, "writing", code);
    }
    return beside;
}

void sync_folder_of(const std::filesystem::path& file)
{
    const auto parent = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    const opened_file folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.fd() >= 0)
        ::fsync(folder.fd());
}

result<> replace(const std::filesystem::path& file, const std::vector<crypto::key256>& keys)
{
    const auto beside = TRY(write_beside(file, keys));
    if (::rename(beside.c_str(), file.c_str()) != 0) {
        const int code = errno;
        ::unlink(beside.c_str());
        return file_failure(file, "replacing", code);
    }
    sync_folder_of(file);
    return {};
}

} // namespace

bool needs_salt(const master_key_source& from)
{
    return from.key_text.empty() && !from.passphrase.empty();
}

result<std::vector<crypto::key256>>
load_master_keys(const master_key_source& from, const crypto::argon2_salt& salt, crypto::argon2_cost cost)
{
    std::vector<crypto::key256> keys;
    if (!from.key_text.empty())
        keys.push_back(TRY(key_of_text(from.key_text.reveal(), "BASEKEEPER_MASTER_KEY")));
    else if (!from.passphrase.empty())
        keys.push_back(TRY(crypto::argon2id_key(from.passphrase, salt, cost)));
    else if (!from.key_file.empty())
        return keys_of_file(from.key_file);
    else
        return fail(
            condition::invalid_argument,
            "there is no master key for the stored secrets",
            "set BASEKEEPER_KEY_FILE, BASEKEEPER_MASTER_KEY or BASEKEEPER_PASSPHRASE"
        );
    return keys;
}

result<> create_key_file(const std::filesystem::path& file)
{
    std::vector<crypto::key256> keys;
    keys.push_back(crypto::random_key());
    const auto beside = TRY(write_beside(file, keys));
    // link() refuses an existing name, rename() would replace it.
    const int code = ::link(beside.c_str(), file.c_str()) == 0 ? 0 : errno;
    ::unlink(beside.c_str());
    if (code == EEXIST)
        return fail(
            condition::conflict,
            fmt::format("making the master key file {}: it exists", file.string()),
            "use the existing file, or name another place with BASEKEEPER_KEY_FILE"
        );
    if (code != 0)
        return file_failure(file, "making", code);
    sync_folder_of(file);
    return {};
}

result<> append_key(const std::filesystem::path& file)
{
    auto keys = TRY(keys_of_file(file));
    // A rotation that failed leaves a key that nothing uses; more than a few of them cannot be wanted.
    if (keys.size() >= 8)
        return fail(
            condition::conflict,
            fmt::format("the master key file {} holds {} keys", file.string(), keys.size()),
            "remove the lines of keys that are no longer in use; keep a copy of the file"
        );
    keys.insert(keys.begin(), crypto::random_key());
    return replace(file, keys);
}

result<> drop_old_keys(const std::filesystem::path& file)
{
    auto keys = TRY(keys_of_file(file));
    keys.resize(1);
    return replace(file, keys);
}

} // namespace basekeeper::state
