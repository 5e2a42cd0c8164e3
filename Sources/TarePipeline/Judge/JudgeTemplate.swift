/// A prompt for a judge: a file of a header, and the messages that it is asked by.
internal import Foundation
package import TareCore
package import TareRemote
internal import TareTemplates

/// What a judge is asked for.
package enum JudgeForm: String, Sendable, CaseIterable {
  /// A number for each response.
  case rating
  /// Which of two responses is better, in both orders.
  case pair
  /// Which of several responses is the best.
  case best
}

/// The file has sections between lines of `---`: a header of `form`, `verdict`, `max-tokens` and, for
/// pairs with ties, `labels`; then the user's message, or the system's and the user's, in Jinja.
package struct JudgeTemplate: Sendable {
  /// The key of one of the program's own, or the file's name.
  package let name: String
  package let form: JudgeForm
  package let pattern: VerdictPattern
  /// Whether a third letter says that neither response of a pair is better.
  package let hasTies: Bool
  package let maxTokens: Int
  /// Of the whole file.
  package let digest: Digest
  /// The file's text; nil for one of the program's own.
  package private(set) var source: String?
  private let system: ChatTemplate?
  private let user: ChatTemplate

  /// - Parameter source: the file's text.
  /// - Throws: `TareError.badData` that names the header's line or the section.
  package init(parsing source: String, name: String) throws(TareError) {
    self.name = name
    self.source = source
    digest = Digest(of: source)
    let text = source.replacing("\r\n", with: "\n")
    var sections: [[Substring]] = [[]]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "---" { sections.append([]) } else { sections[sections.count - 1].append(line) }
    }
    guard (2...3).contains(sections.count) else {
      throw .badData(
        place: name, found: "\(sections.count) sections",
        accepted: "a header, an optional system message and a user message, between lines of ---")
    }
    let header = try Self.header(sections[0], name)
    guard let form = header["form"].flatMap(JudgeForm.init(rawValue:)) else {
      throw .badData(
        place: "\(name), form", found: header["form"] ?? "nothing",
        accepted: JudgeForm.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self.form = form
    pattern = try VerdictPattern(header["verdict"] ?? "", in: name)
    hasTies = try Self.hasTies(header["labels"], form, name)
    guard let limit = Int(header["max-tokens"] ?? "16"), limit > 0 else {
      throw .badData(
        place: "\(name), max-tokens", found: header["max-tokens"] ?? "",
        accepted: "a number of at least 1")
    }
    maxTokens = limit
    system = sections.count == 3 ? try Self.jinja(sections[1], "\(name), system message") : nil
    user = try Self.jinja(sections[sections.count - 1], "\(name), user message")
  }

  /// - Parameter choice: a key of `JudgeTemplates`, or a file's path.
  package init(choice: String) throws(TareError) {
    if JudgeTemplates.registry.keys.contains(choice) {
      try self.init(parsing: Self.source(of: choice), name: choice)
      source = nil
      return
    }
    guard let data = FileManager.default.contents(atPath: choice) else {
      throw .usage(
        "judge template: expected a file, or one of "
          + JudgeTemplates.registry.keys.joined(separator: ", ") + ", found \(choice)")
    }
    try self.init(
      parsing: String(decoding: data, as: UTF8.self),
      name: URL(filePath: choice).lastPathComponent)
  }

  /// What one of the program's own says, for those who want to change it.
  package static func source(of key: String) throws(TareError) -> String {
    try JudgeTemplates.registry.entry(for: key).file.text
  }

  /// The messages of one question, objects with a role and a content.
  package func messages(
    _ variables: [String: JSONValue], date: String
  ) throws(TareError) -> [JSONValue] {
    let date = try CalendarDate(parsing: date)
    var messages: [JSONValue] = []
    for (role, template) in [("system", system), ("user", user)] {
      guard let template else { continue }
      do throws(TareError) {
        let text = try template.render(
          messages: [JSONValue](), addGenerationPrompt: false, variables: variables, date: date)
        messages.append(["role": .string(role), "content": .string(text.trimmingLines)])
      } catch {
        throw error.inside("judge template \(name), \(role) message")
      }
    }
    return messages
  }

  private static func header(
    _ lines: [Substring], _ name: String
  ) throws(TareError) -> [String: String] {
    var header: [String: String] = [:]
    for line in lines where !line.allSatisfy(\.isWhitespace) {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let key = parts[0].trimmingCharacters(in: .whitespaces)
      guard parts.count == 2, ["form", "verdict", "max-tokens", "labels"].contains(key) else {
        throw .badData(
          place: "\(name), header", found: String(line),
          accepted: "form, verdict, max-tokens or labels, a colon and a value")
      }
      header[key] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    return header
  }

  private static func hasTies(
    _ labels: String?, _ form: JudgeForm, _ name: String
  ) throws(TareError) -> Bool {
    guard let labels else { return false }
    let letters = labels.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    guard form == .pair, letters == ["A", "B"] || letters == ["A", "B", "C"] else {
      throw .badData(
        place: "\(name), labels", found: labels,
        accepted: "A, B or, where C stands for a tie, A, B, C, for the form pair")
    }
    return letters.count == 3
  }

  private static func jinja(
    _ lines: [Substring], _ place: String
  ) throws(TareError) -> ChatTemplate {
    do throws(TareError) {
      return try ChatTemplate(source: lines.joined(separator: "\n"))
    } catch {
      throw error.inside(place)
    }
  }
}

extension String {
  /// Without the empty lines about it.
  fileprivate var trimmingLines: String { trimmingCharacters(in: .newlines) }
}
