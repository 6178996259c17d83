// Resources: text, bytes, a template, and one to subscribe to.
#include "conformance/fixtures.hpp"

namespace basekeeper::conformance {
namespace {

using body = io::task<result<mcp::resource_body>>;

body text(std::string content)
{
    co_return mcp::resource_body{.text = std::move(content)};
}

body bytes(std::string_view base64)
{
    co_return mcp::resource_body{.text = {}, .base64 = std::string(base64)};
}

body data_for(std::string id)
{
    std::string content = R"({"id":)";
    json::write_string(content, id);
    content += R"(,"templateTest":true,"data":)";
    json::write_string(content, "Data for ID: " + id);
    co_return mcp::resource_body{.text = content + "}"};
}

mcp::resource described_resource(std::string uri, std::string name, std::string description, std::string mime_type)
{
    return {
        .uri = std::move(uri),
        .name = std::move(name),
        .title = {},
        .description = std::move(description),
        .mime_type = std::move(mime_type),
        .words = mcp::origin::ours,
        .read = {},
        .complete = {},
    };
}

} // namespace

void add_resources(mcp::registry& all)
{
    auto plain = described_resource("test://static-text", "static-text", "A text that never changes.", "text/plain");
    plain.read = [](mcp::template_variables, mcp::call&) {
        return text("This is the content of the static text resource.");
    };
    all.add(std::move(plain));

    auto image =
        described_resource("test://static-binary", "static-binary", "An image that never changes.", "image/png");
    image.read = [](mcp::template_variables, mcp::call&) { return bytes(red_pixel); };
    all.add(std::move(image));

    auto watched =
        described_resource("test://watched-resource", "watched-resource", "A text to subscribe to.", "text/plain");
    watched.announces_updates = true;
    watched.read = [](mcp::template_variables, mcp::call&) { return text("Watched resource content"); };
    all.add(std::move(watched));

    auto by_id = described_resource("test://template/{id}/data", "template-data", "Data by id.", "application/json");
    by_id.read = [](mcp::template_variables by, mcp::call&) { return data_for(by.at("id")); };
    all.add(std::move(by_id));
}

} // namespace basekeeper::conformance
