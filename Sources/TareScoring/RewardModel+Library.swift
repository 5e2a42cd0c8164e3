/// A reward model for other Swift programs.
public import Foundation
public import TareCore
internal import TareEngine
internal import TareTemplates

extension RewardModel {
  /// Opens a model: a folder of Hugging Face's layout, or a .gguf file.
  ///
  /// - Parameters:
  ///   - url: the folder or file.
  ///   - head: as `--head` of the command line takes it: a safetensors file, "logit:TOKEN" or "yes-no"; nil
  ///     for the model's own head.
  ///   - precision: "float32" (the default), "bfloat16" or "int8".
  ///   - threads: at most so many; those of the machine by default.
  /// - Throws: `TareError.badData` that names the file and what is missing in it, or a model without a
  ///   reward head; `TareError.usage` for a precision that there is not.
  public convenience init(
    at url: URL, head: String? = nil, precision: String = "float32",
    threads: Int = ProcessInfo.processInfo.activeProcessorCount
  ) throws(TareError) {
    guard let kind = Precision(rawValue: precision) else {
      let known = Precision.allCases.map(\.rawValue).joined(separator: ", ")
      throw .usage("precision: expected \(known), found \(precision)")
    }
    let text = try TextModel(url, precision: kind)
    let loaded = try LoadedHead(HeadChoice(parsing: head), of: text)
    try self.init(
      text, head: loaded, finish: ScoreFinish(text, activation: .none, normalises: false),
      threads: threads)
  }

  /// The reward of each conversation's response, in their order: the same bits whatever else is scored
  /// beside it. Texts longer than the model's context lose their beginning, as on the command line.
  ///
  /// - Parameters:
  ///   - conversations: what is scored; the last message is the response.
  ///   - date: what templates that write the day are told, "2026-11-30"; that of the call where it is nil.
  /// - Throws: `TareError.badData` that says which conversation (from 1) the template or the tokenizer
  ///   refuses, and for a score that is not finite.
  public func score(
    _ conversations: [Conversation], date: String? = nil
  ) throws(TareError) -> [Double] {
    let today = Date.now.formatted(.iso8601.year().month().day())
    var options = ScoringOptions(
      readRule: readRule ?? .huggingFace, date: try CalendarDate(parsing: date ?? today))
    options.variables = variables
    options.marksResponse = needsResponseStart
    options.takesOneTurn = needsResponseStart
    options.tokenRules = text.opened.rules
    var texts: [TokenizedConversation] = []
    for (place, conversation) in conversations.enumerated() {
      do throws(TareError) {
        texts.append(try text.tokenize(conversation, options))
      } catch {
        throw error.inside("conversation \(place + 1)")
      }
    }
    var scores = [Double](repeating: .nan, count: texts.count)
    for batch in BatchPlan.batches(texts.map(\.ids), sharesPrefixes: sharesPrefixes) {
      let values = try score(batch.members.map { texts[$0] })
      for (member, score) in zip(batch.members, values) { scores[member] = Double(score.value) }
    }
    return scores
  }
}
