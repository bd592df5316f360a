// A button on every block of commands that copies it.

export function offerCopies(root) {
  if (!navigator.clipboard) return;
  for (const block of root.querySelectorAll("main pre[data-language]")) {
    const button = document.createElement("button");
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(block.querySelector("code").textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    block.append(button);
  }
}
