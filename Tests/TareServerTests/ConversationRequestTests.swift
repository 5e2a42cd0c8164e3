/// Requests with messages: what of them reaches the chat template, and what is refused by name.
import Foundation
import Hummingbird
import TareCore
import TareScoring
import TareServer
import TareServing
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(5))) struct ConversationRequestTests {
  /// What a request is answered, and the texts that the model got for it.
  private func post(
    _ path: String, _ body: String, template: String? = nil,
    pairs: ServedTexts.Pairs = .joined
  ) async throws -> (status: Int, body: JSONValue, texts: [String]) {
    let model = try WatchedModel(template: template, pairs: pairs)
    return try await buildApplication(RewardService(model)).test(.router) { client in
      try await client.execute(uri: path, method: .post, body: ByteBuffer(string: body)) {
        response in
        (
          response.status.code, try JSONValue(parsing: String(buffer: response.body)),
          model.passes.flatMap(\.self)
        )
      }
    }
  }

  /// What is wrong with a request to `/classify` with two messages and these members.
  private func error(_ members: String, template: String? = nil) async throws -> String {
    let (status, body, texts) = try await post(
      "/classify", "{\"messages\": \(Self.two), \(members)}", template: template)
    #expect(status == 400, "\(members)")
    #expect(texts.isEmpty)
    return body["error"]?["message"]?.string ?? ""
  }

  private static let two =
    #"[{"role": "user", "content": "q"}, {"role": "assistant", "content": "first"}]"#

  @Test(arguments: ["/classify", "/pooling"])
  func `messages become the text that vLLM makes of them`(path: String) async throws {
    let file = projectFolder.appending(path: "Tests/TareServerTests/Fixtures/requests.jsonl")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    for (index, line) in lines.enumerated() {
      let row = try JSONValue(parsing: line)
      let (status, body, texts) = try await post(
        path, try #require(row["request"]).text(), template: row["template"]?.string)
      #expect(status == 200, "case \(index + 1): \(body.text())")
      #expect(texts == [row["text"]?.string], "case \(index + 1)")
    }
    #expect(lines.count == 33)
  }

  @Test(arguments: [
    (
      "/classify",
      #"{"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "u"}}]}, {"role": "assistant", "content": "b"}]}"#,
      "'messages', message 0, content[1]: expected …, found a part of type 'image_url'"
    ),
    (
      "/pooling",
      #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": [{"type": "input_audio", "input_audio": {}}]}]}"#,
      "'messages', message 1, content[0]: expected …, found a part of type 'input_audio'"
    ),
    (
      "/reward",
      #"{"prompt": [{"role": "user", "content": [{"type": "video_url", "video_url": {}}]}], "response": "b"}"#,
      "'prompt', message 0, content[0]: expected …, found a part of type 'video_url'"
    ),
    (
      "/classify", #"{"messages": [{"role": "user", "content": "a"}, "b"]}"#,
      "'messages', message 1: expected …, found a string"
    ),
    (
      "/classify", #"{"messages": [{"role": "user", "content": {"text": "a"}}]}"#,
      "'messages', message 0, content: expected …, found an object"
    ),
    (
      "/classify",
      #"{"messages": [{"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "f", "arguments": "{\"a\":"}}]}]}"#,
      "'messages', message 0, tool_calls[0].function.arguments, line 1"
    ),
    (
      "/classify", #"{"messages": [{"role": "assistant", "content": "", "tool_calls": ["f"]}]}"#,
      "'messages', message 0, tool_calls[0]: expected …, found a string"
    ),
  ])
  func `a message that cannot be rendered is named with its part`(
    path: String, body: String, message: String
  ) async throws {
    let (status, answer, _) = try await post(path, body)
    #expect(status == 400)
    let said = answer["error"]?["message"]?.string ?? ""
    #expect(said.begins(message), "\(said)")
  }

  @Test func `what decides the text and is not read is refused`() async throws {
    #expect(
      try await error(#""chat_template": "{{ messages }}""#).hasPrefix("'chat_template'"))
    #expect(
      try await error(#""chat_template_kwargs": {"chat_template": "x"}"#)
        .contains("'chat_template'"))
    #expect(
      try await error(#""chat_template_kwargs": {"tokenize": true}"#).contains("'tokenize'"))
    #expect(
      try await error(#""chat_template_kwargs": {"add_generation_prompt": true}"#)
        .contains("'add_generation_prompt'"))
    #expect(try await error(#""chat_template_kwargs": [1]"#).contains("chat_template_kwargs"))
    #expect(try await error(#""tools": {"a": "b"}"#).shows("tools: expected …, found an object"))
    #expect(
      try await error(#""documents": ["text"]"#).shows("documents[0]: expected …, found a string"))
    #expect(
      try await error(
        #""add_generation_prompt": true, "continue_final_message": true"#
      ).contains("'continue_final_message'"))
    #expect(
      try await error(#""tools": [{"a": 1}], "chat_template_kwargs": {"tools": [{"a": 2}]}"#)
        .contains("'chat_template_kwargs', tools"))
    #expect(
      try await error(#""system": "Be brief.""#).begins("'system': expected …, found a string"))
    #expect(try await error(#""functions": [{"name": "f"}]"#).hasPrefix("'functions'"))
    #expect(try await error(#""padding": "max_length""#).hasPrefix("'padding'"))
    #expect(try await error(#""dimensions": 12"#).hasPrefix("'dimensions'"))
    #expect(try await error(#""normalize": true"#).hasPrefix("'normalize'"))
  }

  @Test(arguments: [
    ("/get_reward", #"{"query": ["a"], "system": "s"}"#, "system"),
    ("/get_reward", #"{"query": ["a"], "tools": [{"name": "f"}]}"#, "tools"),
    ("/get_reward", #"{"query": ["a"], "max_length": 3}"#, "max_length"),
    ("/classify", #"{"input": "a", "messages": [{"role": "user", "content": "q"}]}"#, "messages"),
    ("/classify", #"{"input": "a", "tools": [{"name": "f"}]}"#, "tools"),
    ("/classify", #"{"input": "a", "raw_score": true}"#, "raw_score"),
    ("/classify", #"{"text": "a", "image_data": ["u"]}"#, "image_data"),
    ("/v1/embeddings", #"{"input": "a", "dimensions": 3}"#, "dimensions"),
    ("/v1/embeddings", #"{"input": "a", "lora_path": "x"}"#, "lora_path"),
    ("/rerank", #"{"query": "q", "documents": ["a"], "instruction": "Judge."}"#, "instruction"),
    ("/rerank", #"{"query": "q", "texts": ["a"], "truncation": 3}"#, "truncation"),
    ("/score", #"{"queries": "q", "documents": ["a"], "text_2": ["b"]}"#, "text_2"),
    ("/predict", #"{"inputs": "a", "prompt_name": "p"}"#, "prompt_name"),
    ("/reward", #"{"prompt": "q", "response": "a", "history": [["a", "b"]]}"#, "history"),
    ("/v1/score/evaluation", #"{"messages": ["a"], "system": "s"}"#, "system"),
  ])
  func `a member that holds text or changes numbers is not passed over`(
    path: String, body: String, member: String
  ) async throws {
    let (status, answer, texts) = try await post(path, body)
    #expect(status == 400)
    #expect(answer.text().contains("'\(member)': expected "), "\(answer.text())")
    #expect(texts.isEmpty)
  }

  @Test(arguments: [
    ("/get_reward", #"{"query": ["a"], "prompts": ["p"], "labels": ["gold text"]}"#),
    (
      "/classify",
      #"{"model": "watched", "input": "a", "user": "u", "priority": 3, "cache_salt": "x"}"#
    ),
    ("/classify", #"{"input": "a", "padding": "do_not_pad", "tools": null, "truncate": false}"#),
    (
      "/rerank",
      #"{"model": "watched", "query": "q", "documents": ["a"], "max_chunks_per_doc": null}"#
    ),
    ("/reward", #"{"prompt": "q", "response": "a", "label": "gold", "metadata": {"k": "v"}}"#),
    ("/predict", #"{"inputs": "a", "parameters": {}}"#),
  ])
  func `what comes along and decides nothing is passed over`(
    path: String, body: String
  ) async throws {
    let (status, answer, _) = try await post(path, body)
    #expect(status == 200, "\(answer.text())")
  }

  @Test func `special tokens go around messages once, and a second BOS is refused`() async throws {
    func tokens(_ template: String, adds: Bool) throws -> Int {
      var served = ServedConversation(Conversation(prompt: [.user("q")], response: "first"))
      served.addsSpecialTokens = adds
      return try WatchedModel(template: template, addsBOS: true)
        .tokenize(.conversation(served)).ids.count
    }
    let plain = "{% for m in messages %}{{ m.content }};{% endfor %}"
    #expect(try tokens(plain, adds: true) == tokens(plain, adds: false) + 1)
    let error = #expect(throws: TareError.self) {
      try tokens("{{ bos_token }}" + plain, adds: true)
    }
    #expect(error?.description.contains("'add_special_tokens'") == true)
  }

  @Test func `slime's prompt has tools and variables`() async throws {
    let template =
      "{% for t in tools or [] %}{{ t.name }};{% endfor %}{% for m in messages %}{{ m.content }};{% endfor %}{{ style }}"
    let body = """
      {"prompt": [{"role": "user", "content": "q"}], "response": "a", "tools": [{"name": "f"}],
        "chat_template_kwargs": {"style": "formal"}}
      """
    #expect(try await post("/reward", body, template: template).texts == ["f;q;a;formal"])
    let pair = #"{"prompt": "q", "response": "a", "chat_template_kwargs": {"style": "formal"}}"#
    #expect(try await post("/reward", pair, template: template).texts == ["q;a;formal"])
  }

  @Test func `slime's null members are left out, as transformers does`() async throws {
    let template = "{% for m in messages %}{{ m.content }}{{ m.name is defined }};{% endfor %}"
    let body = """
      {"prompt": [{"role": "user", "content": "q", "name": null},
        {"role": "assistant", "content": null}, {"role": "user", "content": "r"}], "response": "a"}
      """
    #expect(
      try await post("/reward", body, template: template).texts == ["qFalse;False;rFalse;aFalse;"])
  }

  @Test func `pairs have the template's variables`() async throws {
    let template = "{% for m in messages %}{{ m.content }};{% endfor %}{{ style }}"
    for (path, body) in [
      ("/score", #"{"queries": "q", "documents": ["a"], "chat_template_kwargs": {"style": "x"}}"#),
      ("/rerank", #"{"query": "q", "documents": ["a"], "chat_template_kwargs": {"style": "x"}}"#),
      ("/score", #"{"data_1": "q", "data_2": ["a"], "chat_template_kwargs": {"style": "x"}}"#),
      ("/score", #"{"queries": "q", "items": ["a"], "chat_template_kwargs": {"style": "x"}}"#),
    ] {
      #expect(
        try await post(path, body, template: template, pairs: .chat).texts == ["q;a;x"], "\(path)")
      // Without a template of theirs a query and a document stand one after the other.
      #expect(try await post(path, body, template: template).status == 400, "\(path)")
    }
    let plain = #"{"query": "q", "documents": ["a"]}"#
    #expect(try await post("/rerank", plain, template: template).texts == ["qa"])
  }

  @Test func `a template of their own joins queries and documents`() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("tiny.gguf", TinyModel.gguf())
    let template = try folder.file(
      "rerank.jinja",
      Data(
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{{ instruction }}".utf8))
    let other = try TextModel(withoutWeights: URL(filePath: file), template: template)
    for (path, body) in [
      ("/rerank", #"{"query": "q", "documents": ["a"], "instruction": "!"}"#),
      (
        "/score", #"{"text_1": "q", "text_2": ["a"], "chat_template_kwargs": {"instruction": "!"}}"#
      ),
    ] {
      #expect(
        try await post(path, body, pairs: .template(other)).texts == ["<query>q<document>a!"],
        "\(path)")
    }
  }

  /// As vLLM scores what it is given, whoever spoke last.
  @Test func `a conversation may end with anybody's message`() async throws {
    let template = "{% for m in messages %}{{ m.role }}:{{ m.content }};{% endfor %}"
    for (role, text) in [("user", "user:q;"), ("system", "system:q;")] {
      let body = "{\"messages\": [{\"role\": \"\(role)\", \"content\": \"q\"}]}"
      #expect(try await post("/classify", body, template: template).texts == [text])
    }
  }
}
