// openssl req and openssl x509, as an operator would type them.
#include "integration/pg/certificates.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace basekeeper::test {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file)
{
    std::ifstream in(file);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

void openssl(const fs::path& folder, std::vector<std::string> arguments)
{
    const auto log = (folder / "openssl.log").string();
    std::vector<char*> argv{const_cast<char*>("openssl")};
    for (auto& each : arguments)
        argv.push_back(each.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t output;
    ::posix_spawn_file_actions_init(&output);
    ::posix_spawn_file_actions_addopen(&output, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::posix_spawn_file_actions_adddup2(&output, STDERR_FILENO, STDOUT_FILENO);
    ::pid_t pid = -1;
    const int spawned = ::posix_spawnp(&pid, "openssl", &output, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&output);
    int status = -1;
    while (spawned == 0 && ::waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (status != 0)
        throw std::runtime_error("openssl " + arguments.front() + " failed: " + content(log));
}

} // namespace

certificate_authority::certificate_authority()
{
    std::string pattern = (fs::temp_directory_path() / "bk-ca-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    openssl(
        folder_,
        {"req",
         "-x509",
         "-newkey",
         "ec",
         "-pkeyopt",
         "ec_paramgen_curve:prime256v1",
         "-nodes",
         "-keyout",
         (folder_ / "root.key").string(),
         "-out",
         root_file(),
         "-days",
         "2",
         "-subj",
         "/CN=authority of a test"}
    );
}

certificate_authority::~certificate_authority()
{
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

server_certificate certificate_authority::issue(const std::string& dns_name, validity good) const
{
    const auto key = folder_ / "server.key";
    const auto request = folder_ / "server.csr";
    const auto extensions = folder_ / "server.ext";
    const auto certificate = folder_ / "server.pem";
    openssl(
        folder_,
        {"req",
         "-newkey",
         "ec",
         "-pkeyopt",
         "ec_paramgen_curve:prime256v1",
         "-nodes",
         "-keyout",
         key.string(),
         "-out",
         request.string(),
         "-subj",
         "/CN=" + dns_name}
    );
    std::ofstream(extensions) << "subjectAltName = DNS:" << dns_name << '\n';
    openssl(
        folder_,
        {"x509",
         "-req",
         "-in",
         request.string(),
         "-CA",
         root_file(),
         "-CAkey",
         (folder_ / "root.key").string(),
         "-CAcreateserial",
         "-extfile",
         extensions.string(),
         "-days",
         good == validity::now ? "1" : "-1",
         "-out",
         certificate.string()}
    );
    return {.certificate = content(certificate), .key = content(key)};
}

} // namespace basekeeper::test
