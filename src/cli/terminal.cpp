// Standard streams with visible control characters.
#include "cli/terminal.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace basekeeper::cli {

terminal::terminal(std::FILE* in, std::FILE* out, std::FILE* diagnostics)
    : in_(in), out_(out), diagnostics_(diagnostics)
{}

void terminal::print(std::string_view line)
{
    std::fwrite(line.data(), 1, line.size(), out_);
    std::fputc('\n', out_);
    std::fflush(out_);
}

void terminal::say(std::string_view line)
{
    end_progress();
    std::fwrite(line.data(), 1, line.size(), diagnostics_);
    std::fputc('\n', diagnostics_);
    std::fflush(diagnostics_);
}

void terminal::progress(std::string_view line)
{
    if (!shows_progress())
        return;
    const auto text = fmt::format("\r\x1b[K{}", printable(line));
    std::fwrite(text.data(), 1, text.size(), diagnostics_);
    std::fflush(diagnostics_);
    progress_shown_ = true;
}

bool terminal::shows_progress() const
{
    return ::isatty(::fileno(diagnostics_)) != 0;
}

void terminal::end_progress()
{
    if (progress_shown_)
        std::fputs("\r\x1b[K", diagnostics_);
    progress_shown_ = false;
}

bool terminal::shown_to_person() const
{
    return ::isatty(::fileno(out_)) != 0;
}

bool terminal::interactive() const
{
    return ::isatty(::fileno(in_)) != 0 && ::isatty(::fileno(diagnostics_)) != 0;
}

std::optional<std::string> terminal::ask(std::string_view question)
{
    if (!interactive())
        return std::nullopt;
    end_progress();
    std::fwrite(question.data(), 1, question.size(), diagnostics_);
    std::fputc(' ', diagnostics_);
    std::fflush(diagnostics_);
    std::array<char, 1'024> line{};
    if (std::fgets(line.data(), static_cast<int>(line.size()), in_) == nullptr)
        return std::nullopt;
    std::string text(line.data());
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
        text.pop_back();
    return text;
}

namespace {

// For the handler of signals, which is given nothing.
int hidden_fd = -1;
termios hidden_before{};

extern "C" void show_again_and_end(int which)
{
    (void)::tcsetattr(hidden_fd, TCSANOW, &hidden_before);
    (void)::signal(which, SIG_DFL); // NOLINT(cert-err33-c): there is nobody left to be told
    (void)::raise(which);
}

/// What is typed is not shown as long as it lives; a signal that ends the program lets it be shown again.
class unseen
{
public:
    explicit unseen(int fd)
    {
        if (::tcgetattr(fd, &hidden_before) != 0)
            return;
        hidden_fd = fd;
        struct sigaction ending{};
        ending.sa_handler = show_again_and_end;
        for (std::size_t i = 0; i < ends.size(); ++i)
            (void)::sigaction(ends.at(i), &ending, &handled_before_.at(i));
        auto quiet = hidden_before;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = ::tcsetattr(fd, TCSAFLUSH, &quiet) == 0;
    }

    ~unseen()
    {
        if (hidden_fd < 0)
            return;
        if (changed_)
            (void)::tcsetattr(hidden_fd, TCSAFLUSH, &hidden_before);
        for (std::size_t i = 0; i < ends.size(); ++i)
            (void)::sigaction(ends.at(i), &handled_before_.at(i), nullptr);
        hidden_fd = -1;
    }

    unseen(const unseen&) = delete;
    unseen& operator=(const unseen&) = delete;

private:
    static constexpr std::array ends{SIGINT, SIGTERM, SIGHUP};

    std::array<struct sigaction, ends.size()> handled_before_{};
    bool changed_ = false;
};

} // namespace

std::optional<crypto::secret<>> terminal::ask_secret(std::string_view question)
{
    if (!interactive())
        return std::nullopt;
    const unseen hidden(::fileno(in_));
    auto typed = ask(question);
    std::fputc('\n', diagnostics_);
    if (!typed)
        return std::nullopt;
    return crypto::secret<>(*std::move(typed));
}

std::string terminal::read_input(std::size_t most)
{
    std::string out(most, '\0');
    out.resize(std::fread(out.data(), 1, most, in_));
    return out;
}

std::string printable(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        const auto length = utf8_sequence_length(text);
        const auto c = static_cast<unsigned char>(text.front());
        if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (length == 0 || c < 0x20U || c == 0x7FU) // a stray byte above 0x7f may be a control character too
            out += fmt::format("\\x{:02x}", c);
        else if (length == 2 && c == 0xC2U && static_cast<unsigned char>(text[1]) < 0xA0U) // C1: U+0080 to U+009F
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(text[1])));
        else
            out += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(1, length));
    }
    return out;
}

} // namespace basekeeper::cli
