/// The user's choices for a judge, as a command line gives them.
internal import Foundation
internal import TareCore
internal import TareRemote
internal import TareStore

package struct JudgeSettings: Sendable {
  /// Servers of one model.
  package var engine: EngineSettings
  /// Seconds that one request may take.
  package var timeout = 600.0
  /// How often a request is sent before a server counts as unreachable.
  package var attempts = 5
  /// A key of `JudgeTemplates`, or a file.
  package var template = "rating"
  /// A principle or rubric to judge by, or a file with one.
  package var rubric: String?
  package var rubricFile: String?
  package var rubricColumn: String?
  /// LOW-HIGH.
  package var scale = "1-10"
  /// "all" or "one".
  package var orders = "all"
  /// Answers to each question.
  package var samples = 1
  /// nil for 0, or 1 for several samples.
  package var temperature: Double?
  package var seed = 1
  /// nil for what the template says.
  package var answerTokens: Int?
  package var alternatives = 20
  /// A JSON object of members for each request.
  package var members: String?
  /// Requests of this call at most, and tokens of its prompts and answers.
  package var maxRequests: Int?
  package var maxTokens: Int?

  package init(_ engine: EngineSettings) { self.engine = engine }

  /// The protocols that there are, for help.
  package static var protocols: [(key: String, summary: String)] { ChatProtocols.registry.help }
  /// The program's own templates, for help.
  package static var templates: [(key: String, summary: String)] { JudgeTemplates.registry.help }

  func judgeEngine() throws(TareError) -> JudgeEngine {
    guard timeout.isFinite, (1...86_400).contains(timeout) else {
      throw .usage("--engine-timeout: expected 1 to 86400 seconds, found \(timeout)")
    }
    guard (1...1_000).contains(attempts) else {
      throw .usage("--engine-attempts: expected 1 to 1000, found \(attempts)")
    }
    var options = RemoteOptions()
    options.model = engine.model
    options.key = engine.key
    options.concurrency = engine.concurrency
    options.timeout = .seconds(timeout)
    options.attempts = attempts
    options.maxRequests = maxRequests
    return try JudgeEngine(urls: engine.urls, protocol: engine.protocolKey, options)
  }

  func chatOptions(_ template: JudgeTemplate) throws(TareError) -> ChatOptions {
    guard (1...1_000).contains(samples) else {
      throw .usage("--samples: expected 1 to 1000, found \(samples)")
    }
    for (name, value) in [("--max-requests", maxRequests), ("--max-tokens-total", maxTokens)] {
      if let value, value < 1 {
        throw .usage("\(name): expected at least 1, found \(value)")
      }
    }
    var options = ChatOptions()
    options.maxTokens = answerTokens ?? template.maxTokens
    options.temperature = temperature ?? (samples > 1 ? 1 : 0)
    options.seed = seed
    options.alternatives = alternatives
    if let members {
      let object: JSONObject?
      do throws(TareError) {
        object = try JSONValue(parsing: members).object
      } catch {
        throw .usage("--request-json \(members): \(error)")
      }
      guard let object else {
        throw .usage("--request-json: expected a JSON object, found \(members)")
      }
      options.members = object
    }
    try options.check()
    return options
  }

  func asker(_ template: JudgeTemplate, date: String) throws(TareError) -> JudgeAsker {
    guard ["all", "one"].contains(orders) else {
      throw .usage("--orders: expected all or one, found \(orders)")
    }
    let given = [rubric, rubricFile, rubricColumn].compactMap(\.self)
    guard given.count < 2 else {
      throw .usage("give one of --rubric, --rubric-file and --rubric-column")
    }
    return JudgeAsker(
      template: template, rubric: try rubricText(), rubricColumn: rubricColumn,
      scale: try range(), allOrders: orders == "all", date: date)
  }

  private func rubricText() throws(TareError) -> String? {
    guard let rubricFile else { return rubric }
    guard let data = FileManager.default.contents(atPath: rubricFile),
      let text = String(bytes: data, encoding: .utf8)?
        .trimmingCharacters(in: .whitespacesAndNewlines), !text.isEmpty
    else { throw .usage("--rubric-file: expected a text file, found \(rubricFile)") }
    return text
  }

  private func range() throws(TareError) -> ClosedRange<Int> {
    let parts = scale.split(separator: "-").map(String.init)
    guard parts.count == 2, let low = Int(parts[0]), let high = Int(parts[1]),
      (0...10).contains(low), (0...10).contains(high), low < high
    else {
      throw .usage("--scale: expected LOW-HIGH within 0 to 10, such as 1-10, found \(scale)")
    }
    return low...high
  }
}

extension JudgeAsker {
  /// What decides the questions and their answers, for the run's record.
  func record(_ options: ChatOptions, samples: Int) -> JSONObject {
    var record: JSONObject = [
      "template": .string(template.name), "template_digest": .string("\(template.digest)"),
      "scale": .string("\(scale.lowerBound)-\(scale.upperBound)"),
      "orders": .string(allOrders ? "all" : "one"), "samples": .int(samples),
      "temperature": .double(options.temperature), "seed": .int(options.seed),
      "answer_tokens": .int(options.maxTokens), "top_logprobs": .int(options.alternatives),
    ]
    record["template_text"] = template.source.map { .string($0) }
    record["rubric"] = rubric.map { .string($0) }
    record["rubric_column"] = rubricColumn.map { .string($0) }
    if !options.members.isEmpty { record["request"] = .object(options.members) }
    return record
  }
}
