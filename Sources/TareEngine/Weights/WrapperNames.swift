/// Names of tensors without what PyTorch's wrappers put into them.

extension String {
  /// The name that the model itself gives the tensor: without `_orig_mod` (torch.compile),
  /// `_fsdp_wrapped_module` and `_checkpoint_wrapped_module`, wherever they stand, and without the
  /// `module.` that DataParallel and DDP put before it.
  var withoutWrappers: String {
    guard contains("_orig_mod.") || contains("_wrapped_module.") || hasPrefix("module.") else {
      return self
    }
    let wrappers: Set<Substring> = [
      "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module",
    ]
    var parts = split(separator: ".", omittingEmptySubsequences: false)
    parts.removeAll { wrappers.contains($0) }
    let start = parts.prefix { $0 == "module" }.count
    return parts.dropFirst(start).joined(separator: ".")
  }
}

extension String {
  /// The name with parts of it spelled as the family does.
  func spelled(_ spellings: [(stored: String, own: String)]) -> String {
    spellings.reduce(self) { name, spelling in
      name.contains(spelling.stored) ? name.replacing(spelling.stored, with: spelling.own) : name
    }
  }
}
