/// Labelling without the program: one HTML file, whose labels come back as a file.
package import Foundation
internal import TareCore
internal import TareStore

extension LabelSession {
  /// A page with the next pairs for this person. It needs nothing else, sends nothing, and does not know which
  /// response is which.
  ///
  /// - Parameter most: pairs at most.
  package func page(most: Int) -> Data {
    let pairs = waiting.prefix(most).map { pair -> JSONValue in
      let shown = shown(pair)
      var object = pair.key.members
      object["first_is_left"] = .bool(pair.key.isFirstLeft(for: request.labeller, request.seed))
      object["text"] = .string(shown.prompt)
      object["left"] = .string(shown.left)
      object["right"] = .string(shown.right)
      return .object(object)
    }
    let content: JSONValue = [
      "labeller": .string(request.labeller), "pairs": .array(Array(pairs)),
    ]
    let style = EmbeddedFile.labelStyle.text
    let script = EmbeddedFile.labelScript.text
    let digest = Digest(of: script)
    let hash = Data(digest.bytes.indices.map { digest.bytes[$0] }).base64EncodedString()
    // Inside a script element nothing but the start of a tag is special.
    let data = content.text().replacing("<", with: "\\u003c")
    return Data(
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta http-equiv="Content-Security-Policy"
       content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-\(hash)'"/>
      <title>Which response is better?</title>
      <style>\(style)</style>
      </head>
      <body>
      <header><h1>Which response is better?</h1><p id="place" role="status"></p></header>
      <main id="pair">
      <section aria-label="Prompt"><pre id="prompt"></pre></section>
      <div class="sides">
      <section aria-label="Left response"><h2>Left</h2><pre id="left"></pre></section>
      <section aria-label="Right response"><h2>Right</h2><pre id="right"></pre></section>
      </div>
      </main>
      <footer>
      <button type="button" id="answer-left">Left is better (1)</button>
      <button type="button" id="answer-right">Right is better (2)</button>
      <button type="button" id="answer-tie">Tie (t)</button>
      <button type="button" id="answer-skip">Skip (s)</button>
      <button type="button" id="undo">Undo (u)</button>
      <a id="save" download="labels.jsonl" href="data:,">Save the labels</a>
      </footer>
      <script type="application/json" id="data">\(data)</script>
      <script>\(script)</script>
      </body>
      </html>

      """.utf8)
  }
}
