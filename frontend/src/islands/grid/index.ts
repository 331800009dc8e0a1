export default function mount(): void {}
