"""The program's own small widgets: buttons, texts, sliders, marks, icons."""
