/// The places of a run's responses among those of their prompts, which several rows of its input may share.
import TareCore

struct RowPlaces {
  private var prompts: [PromptKey: Prompt] = [:]
  /// The row that the last response was of.
  private var row: (position: Int, key: PromptKey, prompt: Prompt)?

  private struct Prompt {
    /// A place above all that are taken.
    var next = 0
    /// What is added to the places of the row's responses.
    var offset = 0
    /// Places that the input gave.
    var given: Set<Int> = []
  }

  /// - Parameters:
  ///   - position: of the response's row; those of one row follow each other.
  ///   - index: the response's place in its row.
  ///   - given: the place among the prompt's responses that the input names, of a row of one response.
  /// - Returns: its place among the prompt's responses.
  mutating func place(
    position: Int, index: Int, given: Int? = nil, of key: @autoclosure () -> PromptKey
  ) -> Int {
    if row?.position != position {
      if let row { prompts[row.key] = row.prompt }
      let key = key()
      var prompt = prompts[key] ?? Prompt()
      // Rows that were imported have their places already.
      prompt.offset = index < prompt.next ? prompt.next - index : 0
      row = (position, key, prompt)
    }
    guard var current = row else { return index }
    var place = index + current.prompt.offset
    if let given, given >= 0, current.prompt.given.insert(given).inserted { place = given }
    current.prompt.next = max(current.prompt.next, place + 1)
    row = current
    return place
  }
}
