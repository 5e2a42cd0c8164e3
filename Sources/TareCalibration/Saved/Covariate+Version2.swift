/// Covariates as saved calibrations of version 2 knew them: by the words of their definitions.
internal import TareCore

extension Covariate {
  /// - Throws: `TareError.badData` for words that no program wrote.
  init(ofVersion2 reader: ArtefactReader) throws(TareError) {
    let name = try reader.string("name")
    let words = try reader.string("definition")
    let column = Covariate.column(name)
    if words == column.definition {
      self = column
      return
    }
    let ofWholeTexts = "; counted on prompt and response together"
    let isOfWholeTexts = words.hasSuffix(ofWholeTexts)
    let plain = isOfWholeTexts ? String(words.dropLast(ofWholeTexts.count)) : words
    guard let id = idsByDefinition[plain] else {
      throw reader.error(
        "definition", found: "'\(words)'",
        accepted: "a definition of version 2 of the format")
    }
    self.init(name: name, id: isOfWholeTexts ? "whole-text." + id : id, definition: words)
  }
}

/// The definitions when version 3 gave covariates identities. What the program says of them today may read
/// otherwise; these are never changed.
private let idsByDefinition = [
  "Unicode scalars of the response": "length.scalars/1",
  "tokens of the prompt and the response that were run through the reward model, its chat "
    + "template's included": "tokens.model/1",
  "words of the response: longest runs of characters that are not white space "
    + "(Python's len(response.split()))": "words.whitespace/1",
  "lines of the response: line feeds, and one more where text follows the last": "lines/1",
  #"Markdown headers of the response: matches of ^\s{0,3}#{1,6}\s+ (Python's re.findall, "#
    + "MULTILINE), code blocks included": "markdown.headers/1",
  #"Markdown list items of the response: matches of ^\s*(?:[-+*] |\d+\.\s) "#
    + "(Python's re.findall, MULTILINE), code blocks included": "markdown.list-items/1",
  #"bold passages of the response: matches of \*\*(.*?)\*\*|__(.*?)__ (Python's re.findall), "#
    + "code blocks included": "markdown.bold/1",
  "fenced code blocks of the response: a block opens with a line of three or more ` (and no ` "
    + "further on) or three or more ~, after spaces and tabs only; it closes with a line of at "
    + "least as many of the same and spaces, tabs and carriage returns only, or with the response":
    "markdown.code-blocks/1",
  #"links of the response: matches of \[[^\[\]\n]*\]\([^()\n]*\)|https?://[^\s()<>\[\]]+ "#
    + "(Python's re.findall), code blocks and images included": "links/1",
  "digits 0 to 9 of the response": "digits/1",
  "markdown of the response, the sum of the published patterns' matches (Python's re.findall): "
    + #"^\s{0,3}#{1,6}\s+ and ^\s*[-+*] |\d+\.\s with MULTILINE, \*\*(.*?)\*\*|__(.*?)__; "#
    + "code blocks included": "markdown.published/1",
  "Unicode scalars of the contents of the prompt's messages, the system's included":
    "prompt-length.scalars/1",
]
