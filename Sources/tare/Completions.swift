/// `tare completions`.
internal import ArgumentParser
internal import Foundation
internal import TareCore

struct Completions: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the completion script of a shell.",
    discussion: """
      Examples:
        tare completions bash >~/.local/share/bash-completion/completions/tare
        tare completions zsh >~/.zfunc/_tare
        tare completions fish >~/.config/fish/completions/tare.fish

      zsh finds the script where its folder is in fpath before compinit runs.
      """)

  @Argument(help: "The shell: \(CompletionShell.allCases.map(\.rawValue).joined(separator: ", ")).")
  var shell: String

  func run() throws {
    guard let known = CompletionShell(rawValue: shell) else {
      let shells = CompletionShell.allCases.map(\.rawValue).joined(separator: ", ")
      throw TareError.usage("no completions for '\(shell)'; expected \(shells)")
    }
    try Output.print(Data((Tare.completionScript(for: known) + "\n").utf8))
  }
}
