/// Which members of a request may be passed over.
internal import TareCore

/// Clients send more than a server reads. What comes along (names, ids, labels) is passed over; what may
/// decide a reward and is not read is refused, as a reward without it would look like any other.
struct RequestMembers {
  /// Those that the request's kind reads.
  let read: Set<String>

  /// - Throws: `TareError.badData` that names a member which holds text, or whose name says that it changes
  ///   texts or rewards.
  func check(_ request: JSONObject) throws(TareError) {
    for (name, value) in request.members
    where !read.contains(name) && !Self.baggage.contains(name) && !value.saysNothing {
      guard value.holdsText || Self.isDecisive(name) else { continue }
      throw .badData(
        place: "'\(name)'", found: "\(value.kindName) that this kind of request does not support",
        accepted: read.sorted().joined(separator: ", "))
    }
  }

  /// What goes with texts, or with how they are served, and decides no reward here.
  private static let baggage: Set<String> = [
    // Who asks, and for what.
    "model", "user", "safety_identifier", "id", "ids", "uid", "uuid", "rid", "request_id",
    "session_id", "conversation_id", "priority", "metadata", "options",
    // What trainers keep beside a text.
    "label", "labels", "ground_truth", "gold", "reference", "references", "reference_answer",
    "solution", "data_source", "dataset", "source", "split", "subset", "section", "index",
    "extra_info", "info", "tags", "step", "name", "rewards", "scores",
    // How it is served.
    "cache_salt", "mm_processor_kwargs", "media_io_kwargs", "kv_transfer_params", "stream",
    "stream_options", "sampling_params", "modalities", "modality", "log_metrics", "service_tier",
    "store", "tool_choice", "parallel_tool_calls", "return_text", "return_documents", "top_n",
    "encoding_format",
  ]

  private static let decisiveWords = [
    "truncat", "max_length", "max_len", "max_tokens", "max_chunks", "max_seq", "padding",
    "dimensions", "normalize", "special_tokens", "generation_prompt", "continue_final", "raw_",
    "activation", "softmax", "sigmoid", "logit", "template", "lora", "adapter",
  ]

  private static func isDecisive(_ name: String) -> Bool {
    let name = name.lowercased()
    return decisiveWords.contains { name.contains($0) }
  }
}

extension JSONValue {
  /// Whether nothing is asked for by it.
  fileprivate var saysNothing: Bool {
    switch self {
    case .null, .bool(false): true
    case .string(let text): text.isEmpty
    case .array(let elements): elements.isEmpty
    case .object(let object): object.isEmpty
    case .bool, .int, .bigInt, .double: false
    }
  }

  /// Whether a string that is not empty stands anywhere in it.
  fileprivate var holdsText: Bool {
    switch self {
    case .string(let text): !text.isEmpty
    case .array(let elements): elements.contains { $0.holdsText }
    case .object(let object): object.members.contains { $0.value.holdsText }
    case .null, .bool, .int, .bigInt, .double: false
    }
  }
}
