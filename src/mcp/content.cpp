// Writing content blocks.
#include "mcp/content.hpp"

#include "json/text.hpp"
#include "mcp/codec.hpp"

namespace basekeeper::mcp {
namespace {

content binary(content_kind kind, std::string_view type, std::string_view base64, std::string_view mime_type)
{
    content out{kind, "{"};
    write_text_member(out.json, "type", type);
    begin_member(out.json, "data");
    json::write_string(out.json, base64);
    begin_member(out.json, "mimeType");
    json::write_string(out.json, mime_type);
    out.json += '}';
    return out;
}

bool exists(content_kind kind, const version_traits& knows)
{
    return kind == content_kind::audio  ? knows.audio
           : kind == content_kind::link ? knows.structured_content // of the same version
                                        : true;
}

} // namespace

content text_content(std::string_view text)
{
    content out{content_kind::text, "{"};
    write_text_member(out.json, "type", "text");
    begin_member(out.json, "text");
    json::write_string(out.json, text);
    out.json += '}';
    return out;
}

content image_content(std::string_view base64, std::string_view mime_type)
{
    return binary(content_kind::image, "image", base64, mime_type);
}

content audio_content(std::string_view base64, std::string_view mime_type)
{
    return binary(content_kind::audio, "audio", base64, mime_type);
}

content resource_content(const embedded_text& what)
{
    content out{content_kind::resource, "{"};
    write_text_member(out.json, "type", "resource");
    begin_member(out.json, "resource");
    out.json += '{';
    write_text_member(out.json, "uri", what.uri);
    write_text_member(out.json, "mimeType", what.mime_type);
    begin_member(out.json, "text");
    json::write_string(out.json, what.text);
    out.json += "}}";
    return out;
}

void write_blocks(std::string& out, std::span<const content> blocks, const version_traits& knows)
{
    bool first = true;
    for (const auto& block : blocks) {
        if (!first)
            out += ',';
        first = false;
        out += exists(block.kind, knows)
                   ? block.json
                   : text_content("(left out: this version of the protocol cannot carry it)").json;
    }
}

} // namespace basekeeper::mcp
