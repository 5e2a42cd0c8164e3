import Foundation
import TareCore
import TareTesting
import Testing

/// Completions, manual pages and installing.
@Suite struct PackagingTests {
  private static let commands = [
    "score", "calibrate", "evaluate", "doctor", "demo", "runs", "config",
  ]

  @Test(arguments: ["bash", "zsh", "fish"])
  func `each shell's completions know the commands`(shell: String) throws {
    let result = try Program.run(["completions", shell])
    #expect(result.status == 0)
    for command in Self.commands + ["bootstrap"] {
      #expect(result.output.contains(command), "\(command)")
    }
    guard shell == "bash" else { return }
    let folder = try TemporaryFolder()
    let script = try folder.file("tare", Data(result.output.utf8))
    let checked = try Program.run(["-n", script], of: URL(filePath: "/bin/bash"))
    #expect(checked.status == 0, "\(checked.error)")
  }

  @Test func `another shell is wrong usage`() throws {
    let result = try Program.run(["completions", "cmd"])
    #expect(result.status == 64)
    #expect(result.error.contains("no completions for 'cmd'; expected"))
  }

  @Test func `the version is that of the program`() throws {
    let result = try Program.run(["--version"])
    #expect(result.status == 0)
    #expect(result.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }

  private func script(_ arguments: [String]) throws -> Program.Result {
    let packaging = projectFolder.appending(path: "packaging").path
    return try Program.run(
      ["\(packaging)/\(arguments[0])"] + arguments.dropFirst(), of: URL(filePath: "/bin/bash"))
  }

  @Test(.enabled(if: Python.isAvailable, "needs python3"))
  func `what is installed is found, and goes again`() throws {
    let folder = try TemporaryFolder()
    let root = folder.path("root")
    let installed = try script(["install.sh", Program.executable.path, "/usr/local", root])
    #expect(installed.status == 0, "\(installed.error)")
    let share = root + "/usr/local/share"
    for file in [
      root + "/usr/local/bin/tare", share + "/bash-completion/completions/tare",
      share + "/zsh/site-functions/_tare", share + "/fish/vendor_completions.d/tare.fish",
      share + "/man/man1/tare.1.gz",
    ] + Self.commands.map({ share + "/man/man1/tare-\($0).1.gz" }) {
      #expect(FileManager.default.fileExists(atPath: file), "\(file)")
    }
    let removed = try script(["uninstall.sh", "/usr/local", root])
    #expect(removed.status == 0, "\(removed.error)")
    let rest = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    var isFolder: ObjCBool = false
    let files = rest.filter {
      FileManager.default.fileExists(atPath: root + "/" + $0, isDirectory: &isFolder)
        && !isFolder.boolValue
    }
    #expect(files.isEmpty, "\(files)")
    #expect(try script(["uninstall.sh", "/usr/local", root]).status == 1)
  }

  @Test(.enabled(if: Python.isAvailable, "needs python3"))
  func `every command has a manual page with its options and examples`() throws {
    let folder = try TemporaryFolder()
    let pages = folder.path("man")
    let made = try Program.run(
      [
        "python3", projectFolder.appending(path: "docs/man.py").path, Program.executable.path,
        pages,
      ], environment: ["SOURCE_DATE_EPOCH": "1796000000"], of: URL(filePath: "/usr/bin/env"))
    #expect(made.status == 0, "\(made.error)")
    let page = try String(contentsOfFile: pages + "/tare-evaluate.1", encoding: .utf8)
    #expect(
      page.hasPrefix(
        ".TH TARE\\-EVALUATE 1 \"2026\\-11\\-30\"".replacing("\\-11\\-30", with: "-11-30")))
    for part in [
      ".SH NAME\n", ".SH SYNOPSIS\n", ".SH OPTIONS\n", ".SH EXIT STATUS\n",
      "\\fB\\-\\-fail\\-if\\fR \\fIcondition\\fR", ".EX\n  tare evaluate scores.csv",
    ] { #expect(page.contains(part), "\(part)") }
    let names = try FileManager.default.contentsOfDirectory(atPath: pages)
    for name in names {
      let text = try String(contentsOfFile: pages + "/" + name, encoding: .utf8)
      #expect(text.utf8.allSatisfy { $0 < 0x80 }, "\(name)")
      // Only the program's own lines may begin with a point or an apostrophe.
      let macros = [".TH", ".SH", ".TP", ".PP", ".IP", ".EX", ".EE"]
      for line in text.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
        #expect(macros.contains { line == $0 || line.hasPrefix($0 + " ") }, "\(name): \(line)")
      }
    }
  }
}
