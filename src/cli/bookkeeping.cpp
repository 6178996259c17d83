// The entry of a command.
#include "cli/bookkeeping.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "json/text.hpp"

namespace basekeeper::cli {
namespace {

constexpr std::size_t longest_instance_name = 63; // a longer one is refused, but recorded

crypto::sha256_digest digest_of(const boost::json::object& arguments)
{
    std::string text;
    json::write_canonical(text, arguments);
    return crypto::sha256(text);
}

} // namespace

recorded_command::recorded_command(
    const bookkeeping& book, std::string name, std::string instance, boost::json::object arguments
)
    : book_(book), began_(book.time.steady())
{
    entry_.time = book.time.wall();
    entry_.principal = book.who.id;
    entry_.instance = utf8_prefix(instance, longest_instance_name);
    entry_.tool = std::move(name);
    entry_.argument_digest = digest_of(arguments);
}

result<> recorded_command::end(result<> done)
{
    entry_.decision = decision_;
    entry_.outcome = done ? "ok" : to_string(done.error().code);
    entry_.duration = std::chrono::duration_cast<std::chrono::microseconds>(book_.time.steady() - began_);
    book_.sink.record(std::move(entry_));
    return done;
}

} // namespace basekeeper::cli
