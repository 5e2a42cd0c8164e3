/// OpenAI's summarize-from-feedback: two summaries of a post, and which was chosen.
import TareCore

enum SummaryPairs: RowLayout {
  static let key = "summarize"
  static let summary = "summarize-from-feedback: info, summaries with text, choice"
  static let columns = [
    LayoutColumn(.prompt, "info"), LayoutColumn(.responses, "summaries"),
    LayoutColumn(.preference, "choice"),
  ]
  static let marks = ["summaries"]
  static let example = #"""
    {"info":{"post":"2 and 2 are 4."},"summaries":[{"text":"2+2=4"},{"text":"2+2=5"}],"choice":0}
    """#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    let info = row.columns["info"]?.parsedIfText ?? .null
    guard let post = info["post"]?.string ?? info["article"]?.string ?? info.string else {
      throw row.error("info", found: info.kindName, accepted: "an object with 'post' or 'article'")
    }
    let texts = row.columns["summaries"]?.parsedIfText.array?.compactMap { $0["text"]?.string }
    guard let texts, texts.count == 2 else {
      throw row.error(
        "summaries", found: texts.map { "\($0.count) texts" } ?? "no list",
        accepted: "two objects with a 'text'")
    }
    let verdict = try row.verdict("choice", numbers: (0, 1))
    return try RowContent(
      row, RowTexts(prompt: [.user(prompt(post, info))], turns: texts.map { [.assistant($0)] }),
      verdict.roles, columns: ["info", "summaries", "choice"])
  }

  /// A post of Reddit as the data set's own models read it: with its forum and title (openai/
  /// summarize-from-feedback, and TRL's tldr).
  private static func prompt(_ post: String, _ info: JSONValue) -> String {
    guard info["post"]?.string != nil, let title = info["title"]?.string, !title.isEmpty else {
      return post
    }
    let forum = info["subreddit"]?.string.map { "SUBREDDIT: r/\($0)\n\n" } ?? ""
    return "\(forum)TITLE: \(title)\n\nPOST: \(post)\n\nTL;DR:"
  }
}
